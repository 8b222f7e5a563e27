import type { EntraFixture } from "./entra-fixture.ts";
import type { ServicePrincipal } from "./model.ts";

type Answer = ReturnType<EntraFixture["token"]>;

/** One refusal of the token endpoint: how to cause it, and its number and text. */
export interface RefusalCase {
  readonly when: string;
  readonly code: number;
  readonly status: number;
  readonly error: string;
  readonly says: RegExp;
  readonly ask: (fixture: EntraFixture) => Answer;
}

export const invalidClient = { status: 401, error: "invalid_client" };
export const invalidRequest = { status: 400, error: "invalid_request" };
export const invalidScope = { status: 400, error: "invalid_scope" };
export const unauthorized = { status: 400, error: "unauthorized_client" };

export const seconds = (): number => Math.floor(Date.now() / 1000);

/** Sends a token request with an assertion that differs from MSAL's. */
export const withAssertion =
  (changes: Parameters<EntraFixture["assertion"]>[0]) =>
  (fixture: EntraFixture): Answer =>
    fixture.token({ client_assertion: fixture.assertion(changes) });

/** The service principal of the fixture's application. @throws TypeError without one */
export function principalOf(fixture: EntraFixture): ServicePrincipal {
  const { registry } = fixture.state;
  const found = registry.servicePrincipal(fixture.tenant.tenantId, fixture.application.appId);
  if (found === undefined) throw new TypeError("The fixture has no service principal.");
  return found;
}

/** Sends a token request with a changed service principal, then reverts the change. */
export const whileIt =
  (change: Partial<ServicePrincipal>, undo: Partial<ServicePrincipal>) =>
  (fixture: EntraFixture): Answer => {
    Object.assign(principalOf(fixture), change);
    try {
      return fixture.token({});
    } finally {
      Object.assign(principalOf(fixture), undo);
    }
  };
