import { createHash } from "node:crypto";

import { backdatedSeconds, version1Issuer } from "../access-token.ts";
import type { EntraState } from "../entra-state.ts";
import { opaqueId } from "../jwt.ts";
import type { Application, ServicePrincipal } from "../model.ts";
import type { Person } from "./person.ts";

/** An ID token is valid for an hour (configurable-token-lifetimes). */
export const idTokenSeconds = 3600;

/** Who signed in where: the subject of every token of one sign-in. */
export interface Subject {
  readonly tenantId: string;
  readonly person: Person;
  readonly client: { readonly application: Application; readonly principal: ServicePrincipal };
}

/** The values of the person's app roles of a resource. */
export function rolesOf(
  { tenantId, person }: Subject,
  resource: Subject["client"],
  state: EntraState,
): readonly string[] {
  const held = state.people.appRolesOf(tenantId, person.id, resource.principal.objectId);
  const values = resource.application.appRoles
    .filter((role) => held.includes(role.id.toLowerCase()))
    .map((role) => role.value);
  return [...new Set(values)];
}

/** A version 2 ID token (id-token-claims-reference). */
export function idToken(
  subject: Subject,
  given: {
    readonly scopes: readonly string[];
    readonly nonce: string | undefined;
    readonly host: string;
    readonly lifetimeSeconds?: number;
  },
  state: EntraState,
): string {
  const { tenantId, person, client } = subject;
  const roles = rolesOf(subject, client, state);
  const hasProfile = given.scopes.includes("profile");
  return state.signer.signClaims(2, {
    aud: client.application.appId,
    iss: `https://${given.host}/${tenantId}/v2.0`,
    ...times(state, given.lifetimeSeconds ?? idTokenSeconds),
    ...(given.scopes.includes("email") && person.mail !== undefined && { email: person.mail }),
    ...(hasProfile && { name: person.displayName }),
    ...(given.nonce !== undefined && { nonce: given.nonce }),
    // The page says that `oid` needs the scope `profile`.
    ...(hasProfile && { oid: person.id, preferred_username: person.userPrincipalName }),
    rh: opaqueId(),
    ...(roles.length > 0 && { roles }),
    sub: pairwise(client.application.appId, person.id),
    tid: tenantId,
    uti: opaqueId(),
    ver: "2.0",
  });
}

/** An access token on behalf of a person: what the client may do is in `scp`. */
export function delegatedToken(
  subject: Subject,
  resource: { readonly client: Subject["client"]; readonly requested: string },
  given: {
    readonly scopes: readonly string[];
    readonly isPublic: boolean;
    /** The client declared the capability cp1 (continuous access evaluation). */
    readonly isCaeClient: boolean;
    readonly lifetimeSeconds: number;
    readonly host: string;
  },
  state: EntraState,
): string {
  const { tenantId, person, client } = subject;
  const { application } = resource.client;
  const roles = rolesOf(subject, resource.client, state);
  const common = {
    ...times(state, given.lifetimeSeconds),
    name: person.displayName,
    oid: person.id,
    rh: opaqueId(),
    ...(roles.length > 0 && { roles }),
    scp: given.scopes.join(" "),
    sub: pairwise(application.appId, person.id),
    tid: tenantId,
    uti: opaqueId(),
  };
  const proof = given.isPublic ? "0" : "1";
  if (application.accessTokenVersion === 2)
    return state.signer.signClaims(2, {
      aud: application.appId,
      iss: `https://${given.host}/${tenantId}/v2.0`,
      ...common,
      azp: client.application.appId,
      azpacr: proof,
      preferred_username: person.userPrincipalName,
      ver: "2.0",
    });
  return state.signer.signClaims(1, {
    aud: resource.requested,
    iss: version1Issuer(state.cloud, tenantId),
    ...common,
    acct: person.isGuest ? 1 : 0,
    amr: ["pwd"],
    app_displayname: client.application.displayName,
    appid: client.application.appId,
    appidacr: proof,
    idtyp: "user",
    unique_name: person.userPrincipalName,
    upn: person.userPrincipalName,
    ver: "1.0",
    ...(given.isCaeClient && { xms_cc: ["cp1"] }),
    // Every member has the default user role besides.
    wids: [...person.directoryRoles, ...(person.isGuest ? [] : [defaultUserRole])],
  });
}

const defaultUserRole = "b79fbf4d-3ef9-4689-8143-76b194e85509";

function times(state: EntraState, lifetimeSeconds: number): Record<string, number> {
  const nowSeconds = Math.floor(state.now() / 1000);
  const issuedAt = nowSeconds - backdatedSeconds;
  return { iat: issuedAt, nbf: issuedAt, exp: nowSeconds + lifetimeSeconds };
}

/** The subject differs for each application. */
function pairwise(appId: string, personId: string): string {
  return createHash("sha256").update(`${appId}/${personId}`.toLowerCase()).digest("base64url");
}
