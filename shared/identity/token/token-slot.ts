import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import { LONGEST_WAIT_MS } from "./explain.ts";
import type { AccessToken, AcquiredToken, TokenDemand, TokenReason } from "./types.ts";

/** A token this close to its end could run out under way; a tenth of its life where that is less. */
const MARGIN_MS = 5_000;
/** A refresh that failed is tried again after this; the held token is served meanwhile. */
const REFRESH_BACKOFF = { baseMs: 5_000, capMs: 60_000 };
/** With no token to serve, a failure is repeated to callers for this long before Entra is asked again. */
const COLD_BACKOFF = { baseMs: 1_000, capMs: 15_000 };
/** Replacements within a minute; Entra answers a loop of token requests with AADSTS50196. */
const REPLACEMENTS = { count: 5, withinMs: 60_000 };

export interface TokenSlotOptions {
  /** Gets a token from the network. Called by one caller at a time for the same claims. */
  readonly acquire: (request: {
    readonly reason: TokenReason;
    readonly claims: string | undefined;
  }) => Promise<AcquiredToken>;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly random: () => number;
  readonly onHit?: () => void;
  readonly onAcquired?: (reason: TokenReason, token: AcquiredToken) => void;
  readonly onFailed?: (reason: TokenReason, error: unknown, heldTokenServed: boolean) => void;
}

/** The place of one token. */
export interface TokenSlot {
  get(demand?: TokenDemand): Promise<AccessToken>;
  /** Asks for a new token now, or joins whoever is asking. The held one stays where that fails. */
  forceRefresh(): Promise<AccessToken>;
}

/**
 * Keeps one token.
 *
 * Empty or expired: callers wait together for one request; a failure is given to all of them, and to
 * those who come within its back-off. Fresh: served at once, by a comparison with the clock. Due, from
 * half its life on or from when Entra said, plus jitter: served at once, while one request gets the
 * next behind it; where that fails the held token stays, until seconds before its end, and the
 * request is tried again after a back-off.
 *
 * A demand goes past a held token once: where the held one is newer than the rejected one it is
 * served; otherwise those with the same demand share one request, unless Entra asked to be left alone.
 * A request never replaces the token of one that started after it.
 */
export function createTokenSlot(options: TokenSlotOptions): TokenSlot {
  const { clock, random } = options;
  const flights = new Map<string, Promise<AcquiredToken>>();
  const replacedAtMs: number[] = [];
  let held: { token: AcquiredToken; ready: Promise<AccessToken>; flight: number } | undefined;
  let usableUntilMs = Number.NEGATIVE_INFINITY;
  let hitUntilMs = Number.NEGATIVE_INFINITY;
  let failure: { error: unknown; untilMs: number; askedUntilMs: number } | undefined;
  let failures = 0;
  let flightCount = 0;

  function hold(token: AcquiredToken, flight: number): void {
    if (held !== undefined && held.flight > flight) return;
    const nowMs = clock.now();
    const lifeMs = Math.max(0, token.expiresAtMs - nowMs);
    const hintMs = token.refreshAtMs ?? 0;
    const fromMs = hintMs > nowMs && hintMs < token.expiresAtMs ? hintMs : nowMs + lifeMs / 2;
    held = { token, ready: Promise.resolve(token), flight };
    usableUntilMs = token.expiresAtMs - Math.min(MARGIN_MS, lifeMs / 10);
    const dueAtMs = fromMs + ((token.expiresAtMs - fromMs) / 5) * random();
    hitUntilMs = Math.min(dueAtMs, usableUntilMs);
  }

  function fail(error: unknown): void {
    failures++;
    const askedMs = error instanceof OperatorError ? (error.retryAfterMs ?? 0) : 0;
    const waitMs = Math.min(askedMs, LONGEST_WAIT_MS);
    const nowMs = clock.now();
    const dueAtMs = nowMs + Math.max(waitMs, backoffMs(failures, random, REFRESH_BACKOFF));
    hitUntilMs = Math.min(dueAtMs, usableUntilMs);
    // By the clock that never jumps: a date set back must not keep callers waiting.
    const coldMs = Math.max(waitMs, backoffMs(failures, random, COLD_BACKOFF));
    const fromMs = clock.monotonic();
    failure = { error, untilMs: fromMs + coldMs, askedUntilMs: fromMs + waitMs };
  }

  async function ask(reason: TokenReason, claims: string | undefined): Promise<AcquiredToken> {
    const flight = ++flightCount;
    try {
      const token = await options.acquire({ reason, claims });
      failures = 0;
      failure = undefined;
      hold(token, flight);
      options.onAcquired?.(reason, token);
      return token;
    } catch (error) {
      fail(error);
      const served = (reason === "refresh" || reason === "forced") && clock.now() < usableUntilMs;
      options.onFailed?.(reason, error, served);
      throw error;
    }
  }

  function share(reason: TokenReason, claims?: string): Promise<AcquiredToken> {
    const name = claims ?? "";
    const running = flights.get(name);
    if (running) return running;
    const flight = ask(reason, claims).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  }

  /** The last failure once more, where it stands until later than now. */
  function repeatedUntil(untilMs = Number.NEGATIVE_INFINITY): Promise<never> | undefined {
    const leftMs = untilMs - clock.monotonic();
    return leftMs > 0 ? Promise.reject(repeated(failure?.error, leftMs)) : undefined;
  }

  function mayReplace(nowMs: number): boolean {
    while ((replacedAtMs[0] ?? nowMs) <= nowMs - REPLACEMENTS.withinMs) replacedAtMs.shift();
    if (replacedAtMs.length >= REPLACEMENTS.count) return false;
    replacedAtMs.push(nowMs);
    return true;
  }

  function demanded({ rejected, claims }: TokenDemand, nowMs: number): Promise<AccessToken> {
    const usable = held !== undefined && nowMs < usableUntilMs ? held : undefined;
    if (usable !== undefined && rejected !== undefined && usable.token.token !== rejected) {
      return usable.ready;
    }
    if (!flights.has(claims ?? "")) {
      const untilMs = usable === undefined ? failure?.untilMs : failure?.askedUntilMs;
      const refusal = repeatedUntil(untilMs);
      if (refusal !== undefined) return refusal;
      if (usable !== undefined && !mayReplace(nowMs)) return usable.ready;
    }
    return share(claims === undefined ? "rejected" : "claims", claims);
  }

  return {
    // Not an async function: a hit returns the promise that is there, and makes nothing.
    get(demand) {
      const nowMs = clock.now();
      if (demand?.rejected !== undefined || demand?.claims !== undefined) {
        return demanded(demand, nowMs);
      }
      if (held !== undefined && nowMs < usableUntilMs) {
        options.onHit?.();
        if (nowMs >= hitUntilMs && !flights.has("")) share("refresh").catch(reported);
        return held.ready;
      }
      return (flights.size === 0 ? repeatedUntil(failure?.untilMs) : undefined) ?? share("cold");
    },
    forceRefresh: () => share("forced"),
  };
}

/** Whoever asked behind a held token has told `onFailed`; nobody waits for the outcome. */
const reported = (): void => undefined;

function repeated(error: unknown, retryAfterMs: number): unknown {
  if (!(error instanceof OperatorError)) return error;
  const { code, what, fix, disposition } = error;
  return new OperatorError(code, what, { fix, disposition, retryAfterMs, cause: error });
}
