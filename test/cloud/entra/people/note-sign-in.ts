import type { CloudRequest } from "../../http/exchange.ts";
import type { EntraState } from "../entra-state.ts";
import type { Application } from "../model.ts";
import type { SignInEvent } from "./person.ts";
import { askedScopes } from "./scopes.ts";

/** Where a sign-in came from. */
export interface Origin {
  readonly correlationId: string;
  readonly headers: CloudRequest["headers"];
}

interface Noted {
  readonly tenantId: string;
  readonly person: SignInEvent["person"];
  readonly application: Application;
  readonly scopes: readonly string[];
  readonly isInteractive: boolean;
}

/** Who typed a name that the directory does not have. */
export const unknownPerson = (name: string): SignInEvent["person"] => ({
  id: "00000000-0000-0000-0000-000000000000",
  userPrincipalName: name,
  displayName: name,
});

/** Writes a sign-in to the tenant's log, with the refusal if there was one. */
export function noteSignIn(
  { tenantId, person, application, scopes, isInteractive }: Noted,
  origin: Origin,
  state: EntraState,
  refusal?: { readonly code: number; readonly text: string },
): void {
  let requested = "https://graph.microsoft.com";
  try {
    ({ requested } = askedScopes(scopes));
  } catch {
    // The refusal says that it names several.
  }
  const resource = state.registry.resource(tenantId, requested)?.application;
  state.people.noteSignIn(tenantId, {
    person,
    appId: application.appId,
    appDisplayName: application.displayName,
    resourceAppId: resource?.appId ?? "",
    resourceDisplayName: resource?.displayName ?? "",
    correlationId: origin.correlationId,
    userAgent: origin.headers["user-agent"],
    isInteractive,
    errorCode: refusal?.code ?? 0,
    failureReason: refusal?.text ?? null,
  });
}
