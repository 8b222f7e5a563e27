import type { QueueClient, ReceivedMessageItem } from "@azure/storage-queue";

import type { Clock } from "../../../shared/core/clock.ts";

/** Keeps one message invisible for as long as its function runs. */
export interface MessageHold {
  /** The current pop receipt; each renewal replaces it. */
  popReceipt(): string;
  /** Ends the renewals and answers the last pop receipt. */
  release(): Promise<string>;
}

const LEAST_MS = 60_000;

/**
 * Renews a message's invisibility at half time; after each error of the service in half the time, but
 * not under a minute; stops once another instance has the message
 * (UpdateQueueMessageVisibilityCommand.cs, LinearSpeedupStrategy.cs).
 */
export function holdMessage(options: {
  readonly queue: QueueClient;
  readonly item: ReceivedMessageItem;
  readonly invisibilityMs: number;
  readonly clock: Clock;
}): MessageHold {
  const { queue, item, invisibilityMs, clock } = options;
  const normalMs = invisibilityMs / 2;
  const ended = new AbortController();
  let { popReceipt } = item;
  const renewing = renew();
  return {
    popReceipt: () => popReceipt,
    release: async () => {
      ended.abort();
      await renewing;
      return popReceipt;
    },
  };

  async function renew(): Promise<void> {
    let waitMs = normalMs;
    for (;;) {
      await clock.sleep(waitMs, ended.signal);
      if (ended.signal.aborted) return;
      try {
        const seconds = invisibilityMs / 1000;
        const renewed = await queue.updateMessage(item.messageId, popReceipt, undefined, seconds);
        popReceipt = renewed.popReceipt ?? popReceipt;
        waitMs = normalMs;
      } catch (error) {
        if (!isServerError(error)) return;
        waitMs = Math.max(waitMs / 2, Math.min(LEAST_MS, normalMs));
      }
    }
  }
}

const isServerError = (error: unknown): boolean =>
  typeof error === "object" &&
  error !== null &&
  "statusCode" in error &&
  Number(error.statusCode) >= 500;
