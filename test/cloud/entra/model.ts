import type { KeyObject } from "node:crypto";

/**
 * Entra's tenants and applications. Graph serves the same objects as `/applications` and
 * `/servicePrincipals`: this is the only copy.
 */
export interface Tenant {
  readonly tenantId: string;
  readonly displayName: string;
  /** Verified domains, the default one first. */
  readonly domains: string[];
}

export type SignInAudience =
  | "AzureADMyOrg"
  | "AzureADMultipleOrgs"
  | "AzureADandPersonalMicrosoftAccount"
  | "PersonalMicrosoftAccount";

/** A public key registered on an application (Graph: keyCredential). */
export interface KeyCredential {
  readonly keyId: string;
  readonly displayName: string;
  /** DER of the certificate. */
  readonly der: Buffer;
  /** SHA-1 of the DER, upper-case hex: Graph's customKeyIdentifier, unless another was given. */
  readonly thumbprint: string;
  readonly thumbprintSha256: string;
  readonly publicKey: KeyObject;
  readonly customKeyIdentifier?: string;
  readonly startMs: number;
  readonly endMs: number;
  /** When it was registered; sign-in accepts it only after a delay (CloudSettings.login). */
  readonly registeredMs: number;
}

/** A client secret (Graph: passwordCredential); only its digest is stored. */
export interface PasswordCredential {
  readonly secretId: string;
  readonly digest: string;
  readonly hint: string;
  readonly endMs: number;
}

export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

export type RoleHolder = "Application" | "User";

export interface AppRole {
  readonly id: string;
  readonly value: string;
  /** Who may have it; applications by default. */
  readonly allowedMemberTypes?: readonly RoleHolder[];
  readonly displayName?: string;
  readonly description?: string;
  /** True by default. */
  readonly isEnabled?: boolean;
}

/** A permission that an application has on behalf of people (Graph: oauth2PermissionScope). */
export interface DelegatedScope {
  readonly id: string;
  readonly value: string;
  /** Who may consent: everybody for themselves, or administrators only. */
  readonly type: "Admin" | "User";
}

/** Registered redirect URIs by platform: `public` is "Mobile and desktop applications". */
export interface RedirectUris {
  readonly public: readonly string[];
  readonly web: readonly string[];
  readonly spa: readonly string[];
}

export interface Application {
  readonly appId: string;
  readonly objectId: string;
  readonly displayName: string;
  readonly homeTenantId: string;
  readonly signInAudience: SignInAudience;
  readonly identifierUris: readonly string[];
  readonly appRoles: readonly AppRole[];
  /** What others may do through it on behalf of people, if it is Microsoft's own. */
  readonly delegatedScopes: readonly DelegatedScope[];
  /** Version of the access tokens issued FOR this application as a resource. */
  readonly accessTokenVersion: 1 | 2;
  readonly publicClient: boolean;
  readonly redirectUris: RedirectUris;
  readonly keyCredentials: KeyCredential[];
  readonly passwordCredentials: PasswordCredential[];
  readonly federatedCredentials: FederatedCredential[];
}

/** A role of one resource granted to a service principal (Graph: appRoleAssignment). */
interface AppRoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly value: string;
  readonly resourceAppId: string;
  readonly resourceId: string;
  readonly createdMs: number;
}

export interface ServicePrincipal {
  readonly objectId: string;
  readonly tenantId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly kind: "Application" | "ManagedIdentity";
  accountEnabled: boolean;
  /** If it is the resource, only principals with a role get a token. */
  readonly assignmentRequired: boolean;
  blockedByConditionalAccess: boolean;
  /** Tokens of CAE clients issued before this time are challenged. */
  tokensValidFromMs: number;
  readonly assignments: AppRoleAssignment[];
  /** Certificates and secrets of the principal itself, beside those of its application. */
  readonly keyCredentials: KeyCredential[];
  readonly passwordCredentials: PasswordCredential[];
}

export type ManagedIdentityKind = "system" | "user";

export interface ManagedIdentity {
  readonly kind: ManagedIdentityKind;
  readonly clientId: string;
  readonly principalId: string;
  readonly resourceId: string;
  readonly tenantId: string;
  readonly name: string;
}

/** Admin consent to application permissions. */
export interface AppRoleGrant {
  readonly tenantId: string;
  readonly appId: string;
  /** App id or identifier URI of the resource; Microsoft Graph by default. */
  readonly resource?: string;
  readonly roles: readonly string[];
}
