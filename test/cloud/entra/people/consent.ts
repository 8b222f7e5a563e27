import type { EntraState } from "../entra-state.ts";
import { firstPartyClient } from "../first-party-clients.ts";
import type { Application, ServicePrincipal } from "../model.ts";
import { EntraRefusal } from "../refusals/refusal.ts";
import type { Client } from "./client.ts";
import type { Consent, Person } from "./person.ts";

/** The resource that a token is for. */
export interface Resource {
  readonly application: Application;
  readonly principal: ServicePrincipal;
}

/** Who asks, for whom. */
interface Asking {
  readonly client: Client;
  readonly person: Person;
}

/** Who may consent to what needs an administrator (permissions-reference: grant consent for delegated permissions). */
const consenting = new Set([
  "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
  "e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", // Application Administrator
  "158c047a-c907-4556-b7ef-446551a6b5f7", // Cloud Application Administrator
]);

const consentOf = ({ client, person }: Asking, resource: Resource): Consent => ({
  tenantId: client.tenant.tenantId,
  personId: person.id,
  clientId: client.principal.objectId,
  resourceId: resource.principal.objectId,
});

const preAuthorized = ({ client }: Asking, resource: Resource): readonly string[] =>
  firstPartyClient(client.application.appId)?.preAuthorized?.[resource.application.appId] ?? [];

const heldBy = (asking: Asking, resource: Resource, state: EntraState): readonly string[] => [
  ...preAuthorized(asking, resource),
  ...state.people.consentedTo(consentOf(asking, resource)),
];

const missing = (names: readonly string[], held: readonly string[]): readonly string[] => {
  const folded = new Set(held.map((name) => name.toLowerCase()));
  return names.filter((name) => name !== ".default" && !folded.has(name.toLowerCase()));
};

/**
 * What the page does when the person agrees: consents to what is asked for the first time. Only the
 * scopes of Microsoft's own resources are known here; others need no consent.
 * @throws EntraRefusal 65002 for a client of Microsoft's that was not approved, 90094 if it needs an administrator
 */
export function giveConsent(
  asking: Asking,
  resource: Resource,
  names: readonly string[],
  state: EntraState,
): void {
  const { delegatedScopes } = resource.application;
  if (delegatedScopes.length === 0) return;
  const wanted = missing(names, heldBy(asking, resource, state));
  if (wanted.length === 0) return;
  demandOwnConsent(asking, resource);
  const known = wanted.map(
    (name) =>
      delegatedScopes.find(({ value }) => value.toLowerCase() === name.toLowerCase()) ?? {
        value: name,
        type: "User",
      },
  );
  const mayAll = asking.person.directoryRoles.some((role) => consenting.has(role));
  if (!mayAll && known.some(({ type }) => type === "Admin")) throw new EntraRefusal(90_094);
  const scopes = known.map(({ value }) => value);
  state.people.consent(consentOf(asking, resource), scopes);
}

/** @throws EntraRefusal 65002 */
function demandOwnConsent({ client }: Asking, resource: Resource): void {
  const first = firstPartyClient(client.application.appId);
  if (first?.preAuthorized !== undefined)
    throw new EntraRefusal(65_002, resource.application.appId);
}

/**
 * The scopes of a token: all that the client has at the resource, if what it asks for is among them.
 * @throws EntraRefusal 65001, 65002
 */
export function permittedScopes(
  asking: Asking,
  resource: Resource,
  names: readonly string[],
  state: EntraState,
): readonly string[] {
  const held = heldBy(asking, resource, state);
  if (resource.application.delegatedScopes.length === 0) {
    const named = names.filter((name) => name !== ".default");
    return [...new Set([...held, ...named])];
  }
  const isWanting = missing(names, held).length > 0;
  if (isWanting || (names.includes(".default") && held.length === 0)) {
    demandOwnConsent(asking, resource);
    throw new EntraRefusal(65_001);
  }
  return [...new Set(held)].toSorted((left, right) =>
    left.toLowerCase() < right.toLowerCase() ? -1 : 1,
  );
}
