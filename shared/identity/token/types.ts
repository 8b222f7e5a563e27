import type { TokenDemand } from "../../core/contracts/token-demand.ts";

/** An app-only access token for one resource in one tenant. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAtMs: number;
  /** The application permissions it carries. */
  readonly roles: readonly string[];
}

/** The tokens of one app. Each instance has its own cache. */
export interface Tokens {
  /**
   * A token of `tenant` for `resource` (`https://graph.microsoft.com`), from the cache if possible.
   * @throws OperatorError TOKEN_REFUSED, CONSENT_MISSING, TOKEN_UNREACHABLE, CERTIFICATE_… , VAULT_…
   */
  get(tenant: string, resource: string, demand?: TokenDemand): Promise<AccessToken>;
}

/** Why a token was requested: none was held, it was due, it was refused, claims were wanted, or forced. */
export type TokenReason = "cold" | "refresh" | "rejected" | "claims" | "forced";

/** A token as it came from the network. */
export interface AcquiredToken extends AccessToken {
  /** When Entra wants it to be refreshed, if it said so. */
  readonly refreshAtMs?: number | undefined;
  /** SHA-256 of the certificate that signed the request. */
  readonly thumbprint?: string | undefined;
}

/** Counts since the start of this instance. */
export interface TokenCounters {
  hits: number;
  acquired: Record<TokenReason, number>;
  /** Tokens requested with another certificate than the one before. */
  rollOvers: number;
  failed: number;
  /** Failures while a valid token was held, which no caller noticed. */
  servedThroughFailure: number;
}
