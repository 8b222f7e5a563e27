import { readHeartbeat } from "../../records/deployment/heartbeat.ts";
import { createQueueView, listFolders, type QueueView } from "../../storage/operator.ts";
import { createBlobs, createQueue } from "../../storage/storage.ts";
import type { Blobs, Queue } from "../../storage/types.ts";
import type { Configuration } from "./configuration.ts";
import { chooseSignIn, type SignIn } from "./sign-in.ts";

/** The deployment's storage account, as the operator reaches it. */
export interface Account {
  readonly name: string;
  readonly signIn: SignIn;
  /** The tenant whose batches are meant; absent for the home tenant. */
  readonly tenant?: string | undefined;
  /** The tenant as it was named, also if that is the home tenant. */
  readonly named?: string | undefined;
  /** The names of the clouds' services. */
  readonly loginHost: string;
  readonly blobs: { readonly inbox: Blobs; readonly batches: Blobs; readonly runner: Blobs };
  readonly queues: { readonly accept: Queue; readonly decisions: Queue };
  /** A queue as a person looks at it. */
  readonly view: (queue: string) => QueueView;
  /** The folders one level below `prefix` in a container, each ending in a slash. */
  readonly folders: (container: string, prefix: string) => AsyncGenerator<string>;
}

/** Opens it; nothing is sent before the first call. */
export function openAccount(
  configuration: Configuration,
  environment: Readonly<Record<string, string | undefined>>,
): Account {
  const { account, cloud, how, tenant } = configuration;
  const signIn = chooseSignIn(how, cloud, environment);
  const { credential } = signIn;
  const blobUrl = `https://${account}.blob.${cloud.storageSuffix}`;
  const queueUrl = `https://${account}.queue.${cloud.storageSuffix}`;
  const blobs = (container: string): Blobs => createBlobs({ url: blobUrl, container, credential });
  const queue = (name: string): Queue => createQueue({ url: queueUrl, queue: name, credential });
  return {
    name: account,
    signIn,
    tenant,
    named: tenant,
    loginHost: cloud.loginHost,
    blobs: { inbox: blobs("inbox"), batches: blobs("batches"), runner: blobs("runner") },
    queues: { accept: queue("accept"), decisions: queue("decisions") },
    view: (name) => createQueueView({ url: queueUrl, queue: name, credential }),
    folders: (container, prefix) => listFolders({ url: blobUrl, container, credential }, prefix),
  };
}

/** The account as the home tenant's, whose folders are not below its id, if that tenant was named. */
export async function homeIfNamed(account: Account): Promise<Account> {
  if (account.tenant === undefined) return account;
  const heartbeat = await readHeartbeat(account.blobs.runner);
  return heartbeat?.homeTenant === account.tenant ? { ...account, tenant: undefined } : account;
}
