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
   * Sends a message that ends before anybody can receive it, so that only the right to send is tried.
   * Storage refuses a message that becomes visible after its end, not one that does so at its end.
   */
  trySend(): Promise<void>;
}

/** So long the message of `trySend` exists, invisibly, seconds. */
const TRIAL_SECONDS = 1;

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
        await client.sendMessage("doctor", {
          visibilityTimeout: TRIAL_SECONDS,
          messageTimeToLive: TRIAL_SECONDS,
          abortSignal: smallCall(),
        });
      }),
  };
}
