import type { TokenCredential } from "@azure/identity";
import { QueueClient, type StorageSharedKeyCredential } from "@azure/storage-queue";

import { toStorageError } from "./errors.ts";
import { retryOptions, smallCall } from "./retry.ts";
import type { Queue } from "./types.ts";

/**
 * One queue, by the URL of the queue service.
 * Its `send` throws OperatorError STORAGE_UNAVAILABLE, disposition `retry`.
 */
export function createQueue(options: {
  readonly url: string;
  readonly queue: string;
  readonly credential: TokenCredential | StorageSharedKeyCredential;
}): Queue {
  const { queue, credential } = options;
  const client = new QueueClient(`${options.url.replace(/\/$/, "")}/${queue}`, credential, {
    retryOptions,
  });
  const place = { where: `queue ${queue}`, role: "Storage Queue Data Message Sender" };
  return {
    send: async (text, { delaySeconds, timeToLiveSeconds } = {}) => {
      try {
        await client.sendMessage(Buffer.from(text, "utf8").toString("base64"), {
          ...(delaySeconds !== undefined && { visibilityTimeout: delaySeconds }),
          ...(timeToLiveSeconds !== undefined && { messageTimeToLive: timeToLiveSeconds }),
          abortSignal: smallCall(),
        });
      } catch (error) {
        throw toStorageError(error, place);
      }
    },
  };
}
