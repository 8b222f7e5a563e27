import type { StorageAccess } from "../local-cloud.ts";
import type { World } from "../world.ts";
import { startAzurite } from "./azurite.ts";
import { openStorageAccount } from "./storage-account.ts";

/** The queues and containers that the deployment creates (infra/modules/storage.bicep, main.bicep). */
const queues = ["accept", "decisions", "run", "certificate-events"].flatMap((name) => [
  name,
  `${name}-poison`,
]);
const containers = ["inbox", "batches", "runner", "dead-letters"];

/** The storage account of the home tenant. */
export interface Storage {
  readonly blobPort: number;
  readonly queuePort: number;
  /** Path-style addresses, for clients without the redirect. */
  readonly blobUrl: string;
  readonly queueUrl: string;
  readonly access: StorageAccess;
  /** Sets the source of its tokens; until then only Azurite itself works. */
  authorize(token: () => string): void;
  /** Creates the queues and containers. */
  provision(): Promise<void>;
  enqueue(queue: string, text: string): Promise<void>;
  close(): Promise<void>;
}

const account = "batchstorage";

/** Starts Azurite as the account `batchstorage`. */
export async function startStorage(
  world: World,
  options: { readonly certificateFile: string; readonly keyFile: string; readonly caPem: string },
): Promise<Storage> {
  const azurite = await startAzurite({ account, ...options });
  const { blobPort, queuePort, key } = azurite;
  let token: (() => string) | undefined;
  const client = openStorageAccount({
    account,
    suffix: world.cloud.storageSuffix,
    blobPort,
    queuePort,
    caPem: options.caPem,
    token: () => token?.() ?? "",
  });
  const blobUrl = `https://127.0.0.1:${blobPort}/${account}`;
  const queueUrl = `https://127.0.0.1:${queuePort}/${account}`;
  return {
    blobPort,
    queuePort,
    blobUrl,
    queueUrl,
    access: {
      account,
      key,
      connectionString: `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};BlobEndpoint=${blobUrl};QueueEndpoint=${queueUrl};`,
    },
    authorize(source) {
      token = source;
    },
    async provision() {
      await Promise.all([
        ...containers.map((name) => client.createContainer(name)),
        ...queues.map((name) => client.createQueue(name)),
      ]);
    },
    enqueue: (queue, text) => client.enqueue(queue, text),
    async close() {
      client.close();
      await azurite.close();
    },
  };
}
