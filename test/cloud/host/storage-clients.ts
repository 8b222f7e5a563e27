import { BlobServiceClient } from "@azure/storage-blob";
import { newPipeline, QueueServiceClient } from "@azure/storage-queue";

import type { HostStorage } from "./host-options.ts";

/** Clients for the addresses in the app's settings. */
export interface StorageClients {
  /** What they send must have passed through `keepLineBreaks`. */
  readonly queues: (serviceUri: string) => QueueServiceClient;
  readonly blobs: (serviceUri: string) => BlobServiceClient;
}

/** Stands for a line break until the request is complete: as many bytes as its entity. */
const BREAKS = [
  { of: "\n", stand: "\u{10FF0A}n", entity: "&#xA;" },
  { of: "\r", stand: "\u{10FF0D}r", entity: "&#xD;" },
] as const;

/**
 * Prepares a text for the clients of `createStorageClients`: JavaScript's client drops line breaks from what it
 * sends, .NET's, which Azure's host uses, does not.
 */
export const keepLineBreaks = (text: string): string =>
  BREAKS.reduce((kept, { of, stand }) => kept.replaceAll(of, stand), text);

/** As .NET's clients, which Azure's host uses (Azure.Core's RetryOptions), without their jitter. */
const retryOptions = { maxTries: 4, retryDelayInMs: 800, maxRetryDelayInMs: 60_000 };

export function createStorageClients(credentials: HostStorage): StorageClients {
  return {
    queues: (uri) => {
      const pipeline = newPipeline(credentials.queues, { retryOptions });
      pipeline.factories.push({
        create: (next) => ({
          sendRequest: (request) => {
            if (typeof request.body === "string")
              request.body = BREAKS.reduce(
                (body, { stand, entity }) => body.replaceAll(stand, entity),
                request.body,
              );
            return next.sendRequest(request);
          },
        }),
      });
      return new QueueServiceClient(uri, pipeline);
    },
    blobs: (uri) => new BlobServiceClient(uri, credentials.blobs, { retryOptions }),
  };
}
