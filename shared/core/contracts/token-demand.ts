/**
 * Why a held token does not suffice: it was refused (401), or the resource wants these claims (CAE).
 * shared/graph says so, shared/identity gets the token.
 */
export interface TokenDemand {
  /** The token that was refused. A newer held one is served without a request. */
  readonly rejected?: string;
  /** The decoded claims challenge. */
  readonly claims?: string;
  /** The caller stops waiting when it aborts; the request goes on for the others. */
  readonly signal?: AbortSignal;
}
