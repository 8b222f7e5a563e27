import { EventEmitter, once } from "node:events";

import { OperatorError } from "../../shared/core/errors.ts";
import { createTokenSlot } from "../../shared/identity/slot/token-slot.ts";
import type { AcquiredToken, TokenReason } from "../../shared/identity/token/types.ts";
import { createSimulatedClock } from "../core/simulated-clock.ts";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

/** A slot with a token endpoint of the test: tokens t1, t2 … of an hour, unless the test says otherwise. */
export function openSlot(random = 0.5) {
  const clock = createSimulatedClock();
  const asked: { reason: TokenReason; claims: string | undefined }[] = [];
  const told: { reason: TokenReason; served: boolean }[] = [];
  let answer: () => Promise<Partial<AcquiredToken>> = succeeding;
  const slot = createTokenSlot({
    clock,
    random: () => random,
    acquire: async (request) => {
      asked.push(request);
      const token = `t${asked.length}`;
      const own = await answer();
      return { token, expiresAtMs: clock.now() + HOUR, roles: [], ...own };
    },
    onFailed: (reason, _, served) => told.push({ reason, served }),
  });
  return {
    clock,
    asked,
    told,
    slot,
    answering: (next: typeof answer) => (answer = next),
    get: async (...demand: Parameters<typeof slot.get>) => (await slot.get(...demand)).token,
  };
}

export const unreachable = (retryAfterMs?: number): OperatorError =>
  new OperatorError("TOKEN_UNREACHABLE", "down", {
    fix: "wait",
    disposition: "retry",
    retryAfterMs,
  });
export const failing =
  (error: unknown = unreachable()) =>
  async (): Promise<never> => {
    throw error;
  };
export const succeeding = async (): Promise<object> => ({});
export const hanging = (): Promise<never> => new Promise(() => undefined);

/** An answer that waits until the gate is opened. */
export function gate() {
  const opened = new EventEmitter();
  const answer = async (): Promise<object> => {
    await once(opened, "open");
    return {};
  };
  return { answer, open: () => opened.emit("open") };
}
