/**
 * How often the SDK repeats a call automatically, for both services: five tries within about eight
 * seconds. Its default waits up to two minutes between tries, longer than a lease lives.
 */
export const retryOptions = {
  maxTries: 5,
  retryDelayInMs: 500,
  maxRetryDelayInMs: 4_000,
} as const;

/**
 * No answer to one small call (its repeats included) within this time is a failure, milliseconds.
 * Ours: the SDK has no time limit of its own, and a hanging socket would stall a run without saying so.
 */
export const SMALL_CALL_MS = 25_000;

export const smallCall = (ms = SMALL_CALL_MS): AbortSignal => AbortSignal.timeout(ms);
