import type { QueueClient, ReceivedMessageItem } from "@azure/storage-queue";

import type { Clock } from "../../../shared/core/clock.ts";
import type { HostSettings } from "./host-json.ts";
import { holdMessage } from "./message-hold.ts";
import type { PoisonQueue } from "./poison-queue.ts";
import { createPollingDelay } from "./polling-delay.ts";
import { decodeMessage, type QueueMessage } from "./queue-trigger.ts";
import { isOthersByNow, isQueueGone, isServerError } from "./storage-errors.ts";

export interface QueueListenerOptions {
  readonly queue: QueueClient;
  /** `undefined` for a queue that is itself a poison queue. */
  readonly poison: PoisonQueue | undefined;
  readonly settings: HostSettings["queues"];
  /** How long a received message stays invisible; renewed at half time. Azure: ten minutes. */
  readonly invisibilityMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs the function; resolves to whether it succeeded and never rejects. */
  readonly execute: (message: QueueMessage) => Promise<boolean>;
  readonly log: (level: "information" | "warning" | "error", message: string) => void;
  /** Called for an error of storage that stops the whole host. */
  readonly failed: (error: unknown) => void;
}

/** The listener of one queue trigger. */
export interface QueueListener {
  /** A function of this host wrote to the queue: polls now. */
  wake(): void;
  /** Stops polling; resolves when the received messages have been settled. */
  stop(): Promise<void>;
  /** The instance vanishes: no message is settled any more; each comes back after its time-out. */
  abandon(): void;
}

/**
 * Listens to one queue as QueueListener.cs and QueueProcessor.cs do: receives up to `batchSize`,
 * polls again once at most `newBatchThreshold` are being processed, and backs off while it finds
 * none. Success deletes a message. A failed one becomes visible after `visibilityTimeout`, which is
 * constant. At `maxDequeueCount` it moves to the poison queue; above that (after crashes) it moves
 * there without running. If there is no poison queue, a failed message stays invisible.
 */
export function startQueueListener(options: QueueListenerOptions): QueueListener {
  const { queue, settings, clock } = options;
  const processing = new Set<Promise<void>>();
  const nextDelayMs = createPollingDelay(settings.maxPollingIntervalMs, options.random);
  let waking = new AbortController();
  const stopping = new AbortController();
  const abandoned = new AbortController();
  let exists = false;
  let foundSinceDelay = false;

  const loop = listen();
  return {
    wake: () => waking.abort(),
    stop: async () => {
      stopping.abort();
      waking.abort();
      await loop;
      await Promise.all(processing);
    },
    abandon: () => {
      stopping.abort();
      abandoned.abort();
      waking.abort();
    },
  };

  async function listen(): Promise<void> {
    while (!stopping.signal.aborted) {
      waking = new AbortController();
      const { signal } = waking;
      const received = await receive();
      if (!received || abandoned.signal.aborted) return;
      for (const message of received) track(settle(message));
      if (received.length > 0) {
        foundSinceDelay = true;
        while (processing.size > settings.newBatchThreshold) await Promise.race(processing);
      } else {
        await clock.sleep(nextDelayMs(foundSinceDelay), signal);
        foundSinceDelay = false;
      }
    }
  }

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => processing.delete(tracked));
    processing.add(tracked);
  }

  /**
   * The received messages; none if the queue does not exist yet or storage has an error; `undefined`
   * for what is not expected to pass: a role that is missing, no token, no answer.
   */
  async function receive(): Promise<readonly ReceivedMessageItem[] | undefined> {
    try {
      exists ||= await queue.exists();
      if (!exists) return [];
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: options.invisibilityMs / 1000,
      });
      return receivedMessageItems;
    } catch (error) {
      exists = false;
      if (!isQueueGone(error) && !isServerError(error)) {
        options.failed(error);
        return undefined;
      }
      options.log("warning", `Queue ${queue.name} could not be read: ${String(error)}`);
      return [];
    }
  }

  async function settle(item: ReceivedMessageItem): Promise<void> {
    const hold = holdMessage({ ...options, item });
    try {
      const decoded = decodeMessage(item.messageText, settings.messageEncoding);
      if (decoded.as === "nothing" || item.dequeueCount > settings.maxDequeueCount) {
        await toPoison(item, hold.popReceipt());
        return;
      }
      if (decoded.as === "bytes")
        options.log("error", `A message of ${queue.name} is no UTF-8: its function is not run.`);
      const succeeded =
        decoded.as === "text" && (await options.execute(toMessage(item, decoded.text)));
      const popReceipt = await hold.release();
      if (abandoned.signal.aborted) return;
      if (succeeded) await queue.deleteMessage(item.messageId, popReceipt);
      else if (item.dequeueCount >= settings.maxDequeueCount) await toPoison(item, popReceipt);
      else if (options.poison) await showAgain(item, popReceipt);
    } catch (error) {
      if (!isOthersByNow(error)) options.failed(error);
    } finally {
      await hold.release();
    }
  }

  async function showAgain(item: ReceivedMessageItem, popReceipt: string): Promise<void> {
    const seconds = Math.trunc(settings.visibilityTimeoutMs / 1000);
    await queue.updateMessage(item.messageId, popReceipt, undefined, seconds);
  }

  async function toPoison(item: ReceivedMessageItem, popReceipt: string): Promise<void> {
    if (!options.poison) return;
    const { maxDequeueCount } = settings;
    options.log(
      "warning",
      `Message has reached MaxDequeueCount of ${maxDequeueCount}. Moving message to queue '${options.poison.name}'.`,
    );
    await options.poison.add(item.messageText);
    await queue.deleteMessage(item.messageId, popReceipt);
  }
}

function toMessage(item: ReceivedMessageItem, text: string): QueueMessage {
  return {
    id: item.messageId,
    text,
    dequeueCount: item.dequeueCount,
    popReceipt: item.popReceipt,
    insertedOnMs: item.insertedOn.getTime(),
    expiresOnMs: item.expiresOn.getTime(),
    nextVisibleOnMs: item.nextVisibleOn.getTime(),
  };
}
