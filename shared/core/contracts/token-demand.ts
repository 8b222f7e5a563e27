/**
 * Why a held token does not suffice: it was refused (401), or the resource wants these claims (CAE).
 * shared/graph says so, shared/identity gets the token.
 */
export interface TokenDemand {
  /** The token that was refused. A newer held one is served without a request. */
  readonly rejected?: string;
  /** The decoded claims challenge. */
  readonly claims?: string;
  /** When it aborts the caller stops waiting, and the request continues for other callers. */
  readonly signal?: AbortSignal;
}
