import type { QueueClient, QueueServiceClient } from "@azure/storage-queue";

import { keepLineBreaks } from "./storage-clients.ts";
import { hasCode } from "./storage-errors.ts";

/** The queue for messages that could not be processed. */
export interface PoisonQueue {
  readonly name: string;
  /** Adds a message unchanged, creating the queue if absent. */
  add(messageText: string): Promise<void>;
}

const SUFFIX = "-poison";
const LONGEST_NAME = 63;

/**
 * The poison queue of `queue`; `undefined` if `queue` is one itself or the name would be too long
 * (QueueListenerFactory.CreatePoisonQueueReference). `added` is called after a message was added.
 */
export function poisonQueueOf(
  service: QueueServiceClient,
  queue: string,
  added: (queue: string) => void,
): PoisonQueue | undefined {
  const name = queue + SUFFIX;
  if (queue.endsWith(SUFFIX) || name.length > LONGEST_NAME) return undefined;
  const client = service.getQueueClient(name);
  return {
    name,
    add: async (messageText) => {
      await addMessage(client, messageText);
      added(name);
    },
  };
}

/** Sends a text unchanged, with the service's own time to live, creating the queue if there is none. */
export async function addMessage(queue: QueueClient, messageText: string): Promise<void> {
  const text = keepLineBreaks(messageText);
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if (!hasCode(error, "QueueNotFound")) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}
