/** An app-only access token for one resource in one tenant. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAtMs: number;
  /** The application permissions it carries. */
  readonly roles: readonly string[];
}

/** Why the held token does not do: it was refused (401), or the resource asks for these claims (CAE). */
export interface TokenDemand {
  /** The token that was refused; a newer held one is served instead of asking again. */
  readonly rejected?: string;
  /** The decoded claims challenge. */
  readonly claims?: string;
}

/** The shared token module's face. Its cache is this instance's own. */
export interface Tokens {
  /**
   * A token of `tenant` for `resource` (`https://graph.microsoft.com`), from the cache where it is good.
   * @throws OperatorError TOKEN_REFUSED, CONSENT_MISSING, TOKEN_UNREACHABLE, CERTIFICATE_… , VAULT_…
   */
  get(tenant: string, resource: string, demand?: TokenDemand): Promise<AccessToken>;
}

/** Why the network was asked: there was no token, it was due, it was refused, a challenge came, or a person wants it. */
export type TokenReason = "cold" | "refresh" | "rejected" | "claims" | "forced";

/** A token as it came from the network. */
export interface AcquiredToken extends AccessToken {
  /** When Entra would have it refreshed, where it said. */
  readonly refreshAtMs?: number | undefined;
  /** SHA-256 of the certificate it was asked for with. */
  readonly thumbprint?: string | undefined;
}

/** What happened since the start of this instance. */
export interface TokenCounters {
  hits: number;
  acquired: Record<TokenReason, number>;
  /** Tokens got by another certificate than the one before. */
  rollOvers: number;
  failed: number;
  /** Failures while a valid token was held, so that no caller saw them. */
  servedThroughFailure: number;
}
