import { randomUUID } from "node:crypto";

import type { FirstPartyClient } from "./first-party-clients.ts";
import type {
  Application,
  AppRole,
  RedirectUris,
  RoleHolder,
  ServicePrincipal,
  SignInAudience,
} from "./model.ts";
import { tokenExchangeAppId, type WellKnownResource } from "./well-known.ts";

/** The tenant of Microsoft's own applications. */
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/** The input to register an application; the rest is generated as Entra would. */
export interface NewApplication {
  readonly tenantId: string;
  readonly displayName: string;
  readonly appId?: string;
  readonly objectId?: string;
  readonly signInAudience?: SignInAudience;
  readonly identifierUris?: readonly string[];
  readonly appRoles?: readonly string[];
  /** Who may have these roles; applications by default. */
  readonly appRolesFor?: readonly RoleHolder[];
  readonly accessTokenVersion?: 1 | 2;
  readonly publicClient?: boolean;
  readonly redirectUris?: Partial<RedirectUris>;
}

export interface NewServicePrincipal {
  readonly objectId?: string;
  readonly kind?: ServicePrincipal["kind"];
  readonly displayName?: string;
  readonly assignmentRequired?: boolean;
}

/** An application as Entra registers it. */
export function newApplication(given: NewApplication): Application {
  return {
    appId: given.appId ?? randomUUID(),
    objectId: given.objectId ?? randomUUID(),
    displayName: given.displayName,
    homeTenantId: given.tenantId,
    signInAudience: given.signInAudience ?? "AzureADMyOrg",
    identifierUris: given.identifierUris ?? [],
    appRoles: (given.appRoles ?? []).map((value): AppRole => ({
      id: randomUUID(),
      value,
      ...(given.appRolesFor && { allowedMemberTypes: given.appRolesFor }),
    })),
    delegatedScopes: [],
    accessTokenVersion: given.accessTokenVersion ?? 1,
    publicClient: given.publicClient ?? false,
    redirectUris: { public: [], web: [], spa: [], ...given.redirectUris },
    keyCredentials: [],
    passwordCredentials: [],
    federatedCredentials: [],
  };
}

/** Microsoft's own application for a well-known resource. */
export function microsoftOwn(known: WellKnownResource): Application {
  return {
    ...newApplication({
      tenantId: microsoftTenant,
      appId: known.appId,
      displayName: known.displayName,
      signInAudience: "AzureADMultipleOrgs",
      identifierUris: known.uris,
      accessTokenVersion: known.appId === tokenExchangeAppId ? 2 : 1,
    }),
    appRoles: known.appRoles,
    delegatedScopes: known.delegatedScopes,
  };
}

/** A client of Microsoft's own, which every tenant knows. */
export function microsoftClient(known: FirstPartyClient): Application {
  return newApplication({
    tenantId: microsoftTenant,
    appId: known.appId,
    displayName: known.displayName,
    signInAudience: "AzureADMultipleOrgs",
    publicClient: true,
    redirectUris: { public: known.redirectUris },
  });
}

/** An enabled service principal without roles. */
export function newServicePrincipal(
  tenantId: string,
  appId: string,
  displayName: string,
  options: NewServicePrincipal,
): ServicePrincipal {
  return {
    objectId: options.objectId ?? randomUUID(),
    tenantId,
    appId,
    displayName,
    kind: options.kind ?? "Application",
    accountEnabled: true,
    assignmentRequired: options.assignmentRequired ?? false,
    blockedByConditionalAccess: false,
    tokensValidFromMs: 0,
    assignments: [],
    keyCredentials: [],
    passwordCredentials: [],
  };
}
