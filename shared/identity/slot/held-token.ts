import type { Clock } from "../../core/clock.ts";
import type { AccessToken, AcquiredToken } from "../token/types.ts";

/** A token this close to its expiry could expire in transit; a tenth of its life if that is shorter. */
const MARGIN_MS = 5_000;

/** The token that a slot serves, with the promise that every hit returns. */
interface ServedToken {
  readonly token: AcquiredToken;
  readonly ready: Promise<AccessToken>;
}

/** The token of one slot, and its times. */
export interface HeldToken {
  /** The held token, unless there is none or it is about to expire. */
  usableAt(nowMs: number): ServedToken | undefined;
  /** Whether it is time to get the next token. */
  isDueAt(nowMs: number): boolean;
  /** Holds the token of request number `request`, unless a later request brought the held one. */
  replace(token: AcquiredToken, request: number): void;
  /** A refresh failed: the token is not due again before `untilMs`. */
  postpone(untilMs: number): void;
}

/**
 * Keeps one token. It is due at half its life, or when Entra said, plus a random fifth of what is left
 * then, so that instances do not all ask at once.
 */
export function createHeldToken(clock: Pick<Clock, "now">, random: () => number): HeldToken {
  let held: ServedToken | undefined;
  let heldRequest = 0;
  let usableUntilMs = Number.NEGATIVE_INFINITY;
  let dueAtMs = Number.NEGATIVE_INFINITY;

  return {
    usableAt: (nowMs) => (nowMs < usableUntilMs ? held : undefined),
    isDueAt: (nowMs) => nowMs >= dueAtMs,
    replace(token, request) {
      if (heldRequest > request) return;
      const nowMs = clock.now();
      const lifeMs = Math.max(0, token.expiresAtMs - nowMs);
      const hintMs = token.refreshAtMs ?? 0;
      const fromMs = hintMs > nowMs && hintMs < token.expiresAtMs ? hintMs : nowMs + lifeMs / 2;
      held = { token, ready: Promise.resolve(token) };
      heldRequest = request;
      usableUntilMs = token.expiresAtMs - Math.min(MARGIN_MS, lifeMs / 10);
      dueAtMs = fromMs + ((token.expiresAtMs - fromMs) / 5) * random();
    },
    postpone: (untilMs) => {
      dueAtMs = untilMs;
    },
  };
}
