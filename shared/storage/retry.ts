/**
 * How often the SDK retries a call to either service: five tries within about eight
 * seconds. Its default waits up to two minutes between tries, longer than a lease lives.
 */
export const retryOptions = {
  maxTries: 5,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 4_000,
} as const;

/**
 * The time limit of one small call with its retries, milliseconds. The SDK has none, and a socket that
 * hangs would stall a run without an error.
 */
export const SMALL_CALL_MS = 25_000;

export const smallCall = (ms = SMALL_CALL_MS): AbortSignal => AbortSignal.timeout(ms);
