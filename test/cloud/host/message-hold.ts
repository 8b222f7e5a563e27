import type { QueueClient, ReceivedMessageItem } from "@azure/storage-queue";

import type { Clock } from "../../../shared/core/clock.ts";
import { isOthersByNow } from "./storage-errors.ts";

/** Keeps one message invisible for as long as its function runs. */
export interface MessageHold {
  /** The current pop receipt; each renewal replaces it. */
  popReceipt(): string;
  /** Ends the renewals and answers the last pop receipt. */
  release(): Promise<string>;
}

/**
 * Renews a message's invisibility at half time; stops once another instance has the message. Any other error is
 * for `failed`, the service's own too, for which Azure's code computes a shorter wait in vain
 * (UpdateQueueMessageVisibilityCommand.cs).
 */
export function holdMessage(options: {
  readonly queue: QueueClient;
  readonly item: ReceivedMessageItem;
  readonly invisibilityMs: number;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}): MessageHold {
  const { queue, item, invisibilityMs, clock } = options;
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
    for (;;) {
      await clock.sleep(invisibilityMs / 2, ended.signal);
      if (ended.signal.aborted) return;
      try {
        const seconds = invisibilityMs / 1000;
        const renewed = await queue.updateMessage(item.messageId, popReceipt, undefined, seconds);
        popReceipt = renewed.popReceipt ?? popReceipt;
      } catch (error) {
        if (!isOthersByNow(error)) options.failed(error);
        return;
      }
    }
  }
}
