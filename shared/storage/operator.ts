import type { TokenCredential } from "@azure/identity";
import { ContainerClient } from "@azure/storage-blob";
import { QueueClient } from "@azure/storage-queue";

import { toStorageError } from "./errors.ts";
import { retryOptions, smallCall } from "./retry.ts";

// What only the operator's command asks of storage; nothing of it is in the bundle.

/** The names of the folders that begin with `prefix`, one level deep, in order, each ending in a slash. */
export async function* listFolders(
  options: {
    readonly url: string;
    readonly container: string;
    readonly credential: TokenCredential;
  },
  prefix: string,
): AsyncGenerator<string> {
  const { url, container, credential } = options;
  const client = new ContainerClient(`${url}/${container}`, credential, { retryOptions });
  try {
    for await (const item of client.listBlobsByHierarchy("/", { prefix })) {
      if (item.kind === "prefix") yield item.name;
    }
  } catch (error) {
    throw toStorageError(error, {
      where: `container ${container}`,
      role: "Storage Blob Data Contributor",
    });
  }
}

/** A queue as a person looks at it. */
export interface QueueView {
  /** Messages in it, invisible ones too; about. */
  length(): Promise<number>;
  /** Reads the first message without taking it: needs the right to read. */
  peek(): Promise<void>;
  /**
   * Tries the right to send: sends a message that nobody can receive for ten minutes, and deletes it. If
   * the sender may not delete, it ends by itself a second after it could be received; accept ignores it.
   */
  trySend(): Promise<void>;
}

/** So long the message of `trySend` is invisible, seconds. Storage lets it end a second later at the earliest. */
const TRIAL_SECONDS = 600;
/** An event that concerns nobody. */
const TRIAL = JSON.stringify({ specversion: "1.0", type: "doctor" });

/** A queue, by the URL of the queue service. Its calls throw OperatorError STORAGE_UNAVAILABLE. */
export function createQueueView(options: {
  readonly url: string;
  readonly queue: string;
  readonly credential: TokenCredential;
}): QueueView {
  const { url, queue, credential } = options;
  const client = new QueueClient(`${url}/${queue}`, credential, { retryOptions });
  const attempt = async <T>(role: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw toStorageError(error, { where: `queue ${queue}`, role });
    }
  };
  const reader = "Storage Queue Data Reader";
  return {
    length: () =>
      attempt(reader, async () => {
        const { approximateMessagesCount } = await client.getProperties({
          abortSignal: smallCall(),
        });
        return approximateMessagesCount ?? 0;
      }),
    peek: () =>
      attempt(reader, async () => void (await client.peekMessages({ abortSignal: smallCall() }))),
    trySend: () =>
      attempt("Storage Queue Data Message Sender", async () => {
        const { messageId, popReceipt } = await client.sendMessage(TRIAL, {
          visibilityTimeout: TRIAL_SECONDS,
          messageTimeToLive: TRIAL_SECONDS + 1,
          abortSignal: smallCall(),
        });
        await client
          .deleteMessage(messageId, popReceipt, { abortSignal: smallCall() })
          .catch(() => undefined);
      }),
  };
}
