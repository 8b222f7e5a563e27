import type { Pkcs12Encryption } from "./certificates/pkcs12.ts";
import type { AppRoleGrant, ManagedIdentityKind, SignInAudience } from "./entra/model.ts";
import type { CommandName, Commands } from "./graph/app/control.ts";
import type { VaultRole } from "./key-vault/roles.ts";
import type { VaultKind } from "./key-vault/vault-kind.ts";

/** The services that a fault or a counter can name. */
export type ServiceName = "login" | "graph" | "vault" | "identity" | "management";

/** What a fault does to a request, instead of the service's own answer. */
export type FaultEffect =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** A 429 in plain text, as the gateway in front of login.microsoftonline.com sends it. */
  | { readonly kind: "throttle"; readonly retryAfterSeconds?: number }
  /** A 502 with an HTML page, as a proxy in between sends it. */
  | { readonly kind: "html" }
  /** The service's own refusal with this AADSTS number (login only). */
  | { readonly kind: "refusal"; readonly code: number }
  | { readonly kind: "reset" }
  /** The request takes effect, then the connection is reset: the answer is lost. */
  | { readonly kind: "lose-answer" }
  | { readonly kind: "truncate"; readonly bytes: number }
  | { readonly kind: "hang" }
  | { readonly kind: "delay"; readonly ms: number };

/** A fault: which requests, which effect, how often. Graph has separate faults (test/cloud/graph). */
export interface Fault {
  readonly service: ServiceName;
  readonly effect: FaultEffect;
  readonly method?: string;
  /** A substring of path and query, after percent-decoding, ignoring case. */
  readonly path?: string;
  /** How many requests it applies to; unlimited by default. */
  readonly times?: number;
  /** Probability per matching request, drawn from the cloud's seed; 1 by default. */
  readonly probability?: number;
}

/** A service's answers since the start or the last reset of the counters. */
export interface ServiceCounters {
  readonly requests: number;
  readonly connections: number;
  /** By HTTP status, or `reset` and `hang` for requests without an answer. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** By operation: `token`, `discovery`, `secret.get`, `key.sign`, `msi.token` … */
  readonly byOperation: Readonly<Record<string, number>>;
}

export interface CertificateVersion {
  readonly version: string;
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string;
  readonly certificatePem: string;
  readonly enabled: boolean;
  readonly expiresAt: string;
}

/** Key Vault's certificate policy, with the names of its REST interface. */
export interface CertificatePolicyOptions {
  readonly subject?: string;
  readonly keySize?: number;
  readonly exportable?: boolean;
  readonly reuseKey?: boolean;
  readonly contentType?: "application/x-pem-file" | "application/x-pkcs12";
  readonly validityInMonths?: number;
  /** For versions that are not valid yet or have expired. */
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/**
 * Everything that a test or the demonstration may do to the local cloud from outside. The interface is
 * the same in the cloud's own process and, over HTTP on loopback, from another one: arguments and
 * results are plain JSON. A call that names something unknown throws a TypeError.
 */
export interface CloudControl {
  registerTenant(options: {
    tenantId?: string;
    /** Verified, the default one first. */
    domains: readonly string[];
    displayName?: string;
  }): Promise<{ tenantId: string }>;
  registerApplication(options: {
    tenantId: string;
    displayName: string;
    appId?: string;
    objectId?: string;
    signInAudience?: SignInAudience;
    identifierUris?: readonly string[];
    appRoles?: readonly string[];
    accessTokenVersion?: 1 | 2;
    publicClient?: boolean;
    /** Who may have the app roles; applications by default. */
    appRolesFor?: readonly ("Application" | "User")[];
    /** Redirect URIs by platform; `public` is "Mobile and desktop applications". */
    redirectUris?: Partial<Readonly<Record<"public" | "web" | "spa", readonly string[]>>>;
    assignmentRequired?: boolean;
  }): Promise<{ appId: string; objectId: string; servicePrincipalId: string }>;
  /** Admin consent: creates the service principal if it is missing and grants `roles`. */
  grantConsent(grant: AppRoleGrant): Promise<{ servicePrincipalId: string }>;
  /** Revokes `roles`, by default all of the resource's roles. */
  revokeConsent(grant: Omit<AppRoleGrant, "roles"> & { roles?: readonly string[] }): Promise<void>;
  updateServicePrincipal(options: {
    tenantId: string;
    appId: string;
    accountEnabled?: boolean;
    /** Conditional Access for workload identities refuses the token (AADSTS53003). */
    blockedByConditionalAccess?: boolean;
    /** Continuous access evaluation: Graph challenges tokens issued until now. */
    revokeTokens?: boolean;
  }): Promise<void>;
  /** Removes the service principal: from now on the application is unknown in that tenant. */
  removeServicePrincipal(options: { tenantId: string; appId: string }): Promise<void>;

  /** Registers a public key on an application, as the portal or addKey does. */
  addCertificate(options: {
    appId: string;
    certificatePem: string;
  }): Promise<{ keyId: string; thumbprint: string }>;
  /** By keyId or by SHA-1 thumbprint. */
  removeCertificate(options: { appId: string; keyId?: string; thumbprint?: string }): Promise<void>;
  listCertificates(options: {
    appId: string;
  }): Promise<readonly { keyId: string; thumbprint: string; expiresAt: string }[]>;
  addSecret(options: {
    appId: string;
    expiresAt?: string;
  }): Promise<{ secretId: string; secret: string }>;
  removeSecret(options: { appId: string; secretId: string }): Promise<void>;
  addFederatedCredential(options: {
    appId: string;
    issuer: string;
    subject: string;
    audience: string;
  }): Promise<void>;
  /** Registers an external issuer with its public keys. */
  registerIssuer(options: {
    issuer: string;
    keys: readonly Readonly<Record<string, unknown>>[];
  }): Promise<void>;
  createManagedIdentity(options: {
    tenantId: string;
    name: string;
    kind: ManagedIdentityKind;
  }): Promise<{ clientId: string; principalId: string; resourceId: string }>;
  /** Issues a token without a sign-in, for tests that are not about signing in. */
  issueToken(options: {
    tenantId: string;
    appId: string;
    resource: string;
    lifetimeSeconds?: number;
  }): Promise<{ token: string }>;

  /** Adds an enabled user who can sign in. */
  addPerson(options: {
    tenantId: string;
    userPrincipalName: string;
    displayName?: string;
  }): Promise<{ id: string }>;
  /** Assigns a person or group to an application, by default without a role of it. */
  assignAppRole(options: {
    tenantId: string;
    appId: string;
    /** The object's id, or a person's name. */
    principal: string;
    role?: string;
  }): Promise<{ id: string }>;
  /**
   * Issues an ID token without a sign-in, for tests that are not about signing in. `claims` replace the
   * real ones, and undefined ones leave them out.
   */
  issueIdToken(options: {
    tenantId: string;
    appId: string;
    /** By name or id. */
    person: string;
    nonce?: string;
    lifetimeSeconds?: number;
    claims?: Readonly<Record<string, unknown>>;
  }): Promise<{ token: string }>;

  /** Creates a standard vault without purge protection, which keeps what was deleted for 90 days, unless told. */
  createVault(
    options: { name: string; tenantId: string } & Partial<VaultKind>,
  ): Promise<{ uri: string }>;
  assignVaultRole(options: { vault: string; principalId: string; role: VaultRole }): Promise<void>;
  removeVaultRole(options: { vault: string; principalId: string; role: VaultRole }): Promise<void>;
  /** Creates the first or a further version by policy, as `az keyvault certificate create` does. */
  createCertificate(options: {
    vault: string;
    name: string;
    policy?: CertificatePolicyOptions;
  }): Promise<CertificateVersion>;
  /** An issuer that the vault knows signs what a create operation waits for. */
  grantCertificate(options: { vault: string; name: string }): Promise<CertificateVersion>;
  /** An issuer that the vault knows refuses it; by default with Key Vault's code for a user's error. */
  refuseCertificate(options: {
    vault: string;
    name: string;
    code?: string;
    message?: string;
  }): Promise<void>;
  listCertificateVersions(options: {
    vault: string;
    name: string;
  }): Promise<readonly CertificateVersion[]>;
  /** Enables or disables one version of a certificate, with its key and secret. */
  setCertificateEnabled(options: {
    vault: string;
    name: string;
    version: string;
    enabled: boolean;
  }): Promise<void>;
  /** Sets a secret, or overwrites the value of one version to corrupt it. */
  setSecret(options: {
    vault: string;
    name: string;
    value: string;
    contentType?: string;
    version?: string;
  }): Promise<{ version: string }>;

  /** Changes how the services behave from now on; settings not given stay unchanged. */
  configure(settings: CloudSettings): Promise<void>;
  inject(fault: Fault): Promise<{ id: string }>;
  /** Removes one fault, one service's faults, or all. */
  clearFaults(which?: { id?: string; service?: ServiceName }): Promise<void>;
  counters(): Promise<Readonly<Record<ServiceName, ServiceCounters>>>;
  resetCounters(): Promise<void>;
  /** Moves the directory's date; the clocks of tokens and certificates stay real. */
  advanceDays(days: number): Promise<void>;
  /** Passes a command to Graph's own control (test/cloud/graph) and returns its answer. */
  graph<Name extends CommandName>(
    command: Name,
    argument?: Commands[Name]["argument"],
  ): Promise<Commands[Name]["answer"]>;
  /**
   * Removes all faults, including Graph's in the first tenant, and resets the directory's date, counters
   * and settings to their initial values. Objects and Graph's conditions stay.
   */
  reset(): Promise<void>;
}

export interface CloudSettings {
  readonly login?: {
    /** Fixed lifetime of new access tokens; by default random between 60 and 90 minutes. */
    readonly tokenLifetimeSeconds?: number | null;
    /** How far Entra's clock is ahead of this machine's: its Date header and its time checks. */
    readonly clockSkewSeconds?: number;
    /** How long a new certificate takes to replicate to sign-in; 0 by default. */
    readonly keyReplicationSeconds?: number;
    /** Refuses an assertion whose jti was used before; off by default, because it breaks MSAL (facts). */
    readonly refuseRepeatedJti?: boolean;
    /** Who sits at the browser, by name or id: the sign-in page says yes for this person; null: it asks. */
    readonly signedIn?: string | null;
  };
  readonly vault?: {
    /** Transactions in 10 s before 429 VaultRequestTypeLimitReached; published: 4,000. */
    readonly transactionsPer10Seconds?: number;
    /** How long the vault takes to sign a certificate itself; 0 by default, Key Vault takes some seconds. */
    readonly certificateSeconds?: number;
    /** The encryption of PFX secrets created from now on. */
    readonly pfxEncryption?: Pkcs12Encryption;
  };
  readonly identity?: {
    /** The platform returns a cached token until this long before it expires; 0 disables the cache. */
    readonly cacheTokens?: boolean;
    readonly tokenLifetimeSeconds?: number;
    /** `expires_on` in Unix seconds, or as ISO 8601, which some hosts send. */
    readonly expiresOnFormat?: "unix" | "iso";
  };
  /** Seeded latency of all services. */
  readonly latency?: boolean;
}
