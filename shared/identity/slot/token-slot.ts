import type { Clock } from "../../core/clock.ts";
import type { TokenDemand } from "../../core/contracts/token-demand.ts";
import type { AccessToken, AcquiredToken, TokenReason } from "../token/types.ts";
import { type HeldToken, createHeldToken } from "./held-token.ts";
import { type LastFailure, createLastFailure } from "./last-failure.ts";
import { createReplacementLimit } from "./replacement-limit.ts";

export interface TokenSlotOptions {
  /** Gets a token from the network. One request at a time for the same claims. */
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

/** Keeps one token and serves it. */
export interface TokenSlot {
  get(demand?: TokenDemand): Promise<AccessToken>;
  /**
   * Requests a new token now, or joins the request under way. If it fails, the held token stays. After
   * five replacements in a minute it returns the held token.
   */
  forceRefresh(): Promise<AccessToken>;
}

/**
 * Keeps one token. A slot is in one of four states:
 *
 * - *empty*: no token is held, or the held one is about to expire. `get` starts one request, and all
 *   callers wait for it. An answer makes the slot fresh, a failure makes it blocked.
 * - *blocked*: empty after a failure. `get` rejects with that failure until its back-off ends; then the
 *   slot is empty again.
 * - *fresh*: `get` returns the held token after one comparison with the clock. When the token is due,
 *   at half its life or when Entra said, the slot becomes due.
 * - *due*: `get` returns the held token and starts one request in the background. An answer makes the
 *   slot fresh. After a failure it is fresh until a back-off ends and then due again; seconds before the
 *   token expires the slot becomes empty.
 *
 * A demand skips the held token: it was rejected, or the resource wants other claims. If the held token
 * is newer than the rejected one, it is served. Otherwise callers with the same demand share one
 * request, unless Entra asked for a pause. At most five tokens a minute are replaced while they are
 * still usable; beyond that the held one is served. Forced refreshes have the same limits,
 * counted apart, but a back-off does not stop them.
 *
 * A request never replaces the token of a request that started later.
 */
export function createTokenSlot(options: TokenSlotOptions): TokenSlot {
  const { clock, random } = options;
  const held = createHeldToken(clock, random);
  const failure = createLastFailure(clock, random);
  // Forced refreshes have a limit of their own: senders cause them, and must not use up what a revoked
  // token needs.
  const mayForce = createReplacementLimit();
  const mayReplace = createReplacementLimit();
  const requests = createRequests(options, held, failure);

  function demanded({ rejected, claims }: TokenDemand, nowMs: number): Promise<AccessToken> {
    const usable = held.usableAt(nowMs);
    if (usable !== undefined && rejected !== undefined && usable.token.token !== rejected) {
      return usable.ready;
    }
    if (!requests.isRunning(claims)) {
      const refusal =
        usable === undefined ? failure.repeatedForCold() : failure.repeatedForReplacement();
      if (refusal !== undefined) return refusal;
      if (usable !== undefined && !mayReplace(nowMs)) return usable.ready;
    }
    return requests.share(claims === undefined ? "rejected" : "claims", claims);
  }

  function forced(nowMs: number): Promise<AccessToken> {
    if (requests.isRunning()) return requests.share("forced");
    const refusal = failure.repeatedForReplacement();
    if (refusal !== undefined) return refusal;
    if (mayForce(nowMs)) return requests.share("forced");
    const instead = held.usableAt(nowMs)?.ready ?? failure.repeatedForCold();
    return instead ?? requests.share("forced");
  }

  return {
    // Not an async function: a hit returns the promise that is held, and allocates nothing.
    get(demand) {
      const nowMs = clock.now();
      if (demand?.rejected !== undefined || demand?.claims !== undefined) {
        return demanded(demand, nowMs);
      }
      const usable = held.usableAt(nowMs);
      if (usable !== undefined) {
        options.onHit?.();
        // `onFailed` reports a failure; nobody awaits this promise.
        if (held.isDueAt(nowMs) && !requests.isRunning()) requests.share("refresh").catch(ignore);
        return usable.ready;
      }
      return (
        (requests.isAnyRunning() ? undefined : failure.repeatedForCold()) ?? requests.share("cold")
      );
    },
    forceRefresh: () => forced(clock.now()),
  };
}

interface Requests {
  /** Whether a request with these claims is under way. */
  isRunning(claims?: string): boolean;
  isAnyRunning(): boolean;
  /** Starts a request with these claims, or joins the one under way. */
  share(reason: TokenReason, claims?: string): Promise<AcquiredToken>;
}

function createRequests(
  options: TokenSlotOptions,
  held: HeldToken,
  failure: LastFailure,
): Requests {
  const { clock } = options;
  const running = new Map<string, Promise<AcquiredToken>>();
  let count = 0;

  async function send(reason: TokenReason, claims: string | undefined): Promise<AcquiredToken> {
    const request = ++count;
    try {
      const token = await options.acquire({ reason, claims });
      failure.clear();
      held.replace(token, request);
      options.onAcquired?.(reason, token);
      return token;
    } catch (error) {
      held.postpone(clock.now() + failure.keep(error));
      const isServed = held.usableAt(clock.now()) !== undefined;
      const served = isServed && (reason === "refresh" || reason === "forced");
      options.onFailed?.(reason, error, served);
      throw error;
    }
  }

  return {
    isRunning: (claims = "") => running.has(claims),
    isAnyRunning: () => running.size > 0,
    share(reason, claims) {
      const name = claims ?? "";
      const existing = running.get(name);
      if (existing) return existing;
      const request = send(reason, claims).finally(() => running.delete(name));
      running.set(name, request);
      return request;
    },
  };
}

const ignore = (): void => undefined;
