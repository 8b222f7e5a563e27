import type { Clock } from "../../core/clock.ts";
import { OperatorError } from "../../core/errors.ts";
import type { Emit } from "../../core/telemetry.ts";
import { EntraRefused } from "../token/network-client.ts";
import type { TokenCounters } from "../token/types.ts";
import type { TokenSlotOptions } from "./token-slot.ts";

type SlotListeners = Required<Pick<TokenSlotOptions, "onHit" | "onAcquired" | "onFailed">>;

/** Counts what happens to tokens, and emits an event for each request. */
export interface TokenReport {
  readonly counters: Readonly<TokenCounters>;
  /** The listeners of one slot. */
  listenersFor(tenant: string, resource: string): SlotListeners;
}

/** Reports for all slots of one application. */
export function createTokenReport(clock: Pick<Clock, "now">, emit: Emit): TokenReport {
  const counters: TokenCounters = {
    hits: 0,
    acquired: { cold: 0, refresh: 0, rejected: 0, claims: 0, forced: 0 },
    rollOvers: 0,
    failed: 0,
    servedThroughFailure: 0,
  };
  let lastThumbprint: string | undefined;

  /** The certificate of the request before, if it was another one. */
  function rolledFrom(thumbprint: string): { rolledFrom?: string } {
    const before = lastThumbprint;
    lastThumbprint = thumbprint;
    if (before === undefined || before === thumbprint) return {};
    counters.rollOvers++;
    return { rolledFrom: before };
  }

  return {
    counters,
    listenersFor: (tenant, resource) => ({
      onHit: () => counters.hits++,
      onAcquired: (reason, { expiresAtMs, thumbprint }) => {
        counters.acquired[reason]++;
        const expiresInSeconds = Math.round((expiresAtMs - clock.now()) / 1000);
        const event = { tenant, resource, reason, expiresInSeconds };
        const by = thumbprint && { thumbprint, ...rolledFrom(thumbprint) };
        emit({ event: "token.acquired", ...event, ...by });
      },
      onFailed: (_, error, heldTokenServed) => {
        counters.failed++;
        if (heldTokenServed) counters.servedThroughFailure++;
        const event = { tenant, resource, heldTokenServed, ...codesOf(error) };
        emit({ event: "token.failed", ...event });
      },
    }),
  };
}

function codesOf(error: unknown): { code: string; aadsts?: string } {
  if (!(error instanceof OperatorError)) return { code: "UNEXPECTED" };
  const number = error.cause instanceof EntraRefused ? error.cause.refusal.codes[0] : undefined;
  return { code: error.code, ...(number !== undefined && { aadsts: `AADSTS${number}` }) };
}
