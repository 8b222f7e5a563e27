import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

import type { TokenCredential } from "@azure/identity";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

import type { BatchStatus } from "../../shared/records/status.ts";
import { CONTRACT_LEFT_OUT, openApiContract } from "../cloud/graph/openapi/openapi-data.ts";
import type { HostLog, HostOptions, InvocationEvent } from "../cloud/host/host-options.ts";
import { type FunctionsHost, startHost } from "../cloud/host/host.ts";
import { UNTIL_FIRED } from "../cloud/host/until-fired.ts";
import type { CloudOptions, LocalCloud } from "../cloud/local-cloud.ts";
import { spawnCloud } from "../cloud/spawn-cloud.ts";
import { enterCloud } from "./enter-cloud.ts";

export const dist = resolve(import.meta.dirname, "../../dist");

/** The whole product on the local cloud: cloud, storage and the bundle's worker, a process each. */
export interface Stage extends AsyncDisposable {
  readonly cloud: LocalCloud;
  readonly host: FunctionsHost;
  readonly logs: readonly HostLog[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** The settings the worker has. */
  readonly environment: Readonly<Record<string, string>>;
  container(name: string): ContainerClient;
  /** Puts a message on a queue as plain text, the way tools do. */
  send(queue: string, text: string): Promise<void>;
  /** Messages in a queue, invisible ones too. */
  waiting(queue: string): Promise<number>;
  /** Messages in a queue that an instance can take now. */
  visible(queue: string): Promise<number>;
  /** Puts a file into `inbox`. */
  upload(path: string, content: string | Uint8Array): Promise<void>;
  /** A blob of container `batches` as text; undefined if there is none. */
  read(path: string): Promise<string | undefined>;
  status(batch: string): Promise<BatchStatus | undefined>;
  /** Waits until the batch has one of the states; looks every tenth of a second, or as often as told. */
  settled(batch: string, options?: { timeoutMs?: number; everyMs?: number }): Promise<BatchStatus>;
  /** The names of the batches there are, in order. */
  batches(): Promise<string[]>;
  /** Another instance of the app beside the first. */
  another(options?: InstanceOptions): Promise<FunctionsHost>;
  close(): Promise<void>;
}

/** How an instance starts and ends. */
export interface InstanceOptions extends Pick<HostOptions, "warm" | "timing" | "clock"> {
  /** Application settings over those of the stage. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface StageOptions extends InstanceOptions {
  readonly cloud?: CloudOptions;
  /** Application settings over the usual ones; made once the cloud has started, because some need it. */
  readonly settings?: (cloud: LocalCloud) => Promise<Readonly<Record<string, string>>>;
  readonly onLog?: (line: HostLog) => void;
  readonly onInvocation?: (event: InvocationEvent) => void;
}

const ENDED = ["planned", "held", "paused", "finished", "cancelled", "refused"];

/** Sets the stage. `dist/` must be built. Its timers do not run unless `settings` gives them a schedule. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const cloud = await spawnCloud({
    speed: 10,
    ...options.cloud,
    graph: { journal: JOURNAL, ...options.cloud?.graph },
  });
  enterCloud(cloud);
  const { home } = cloud;
  const credential: TokenCredential = {
    getToken: async () => {
      const { token } = await cloud.control.issueToken({
        tenantId: home.tenantId,
        appId: home.managedIdentity.clientId,
        resource: "https://storage.azure.com",
      });
      return { token, expiresOnTimestamp: Date.now() + 3_000_000 };
    },
  };
  const environment: Record<string, string> = {
    ...cloud.env(),
    SWEEP_SCHEDULE: UNTIL_FIRED,
    CERTIFICATE_CHECK_SCHEDULE: UNTIL_FIRED,
    STALE_ACCOUNTS_SCHEDULE: UNTIL_FIRED,
    ...(await options.settings?.(cloud)),
  };
  const account = {
    blob: environment["BatchStorage__blobServiceUri"]!,
    queue: environment["BatchStorage__queueServiceUri"]!,
  };
  environment["AzureWebJobsStorage__blobServiceUri"] = account.blob;
  environment["AzureWebJobsStorage__queueServiceUri"] = account.queue;
  const blobs = new BlobServiceClient(account.blob, credential);
  const queues = new QueueServiceClient(account.queue, credential);
  const logs: HostLog[] = [];
  const events: Record<string, unknown>[] = [];
  const onLog = (line: HostLog): void => {
    logs.push(line);
    if (line.message.startsWith('{"event":'))
      events.push(JSON.parse(line.message) as Record<string, unknown>);
    options.onLog?.(line);
  };
  const startInstance = (instance: InstanceOptions): Promise<FunctionsHost> =>
    startHost({
      ...(instance.warm === undefined ? {} : { warm: instance.warm }),
      ...(instance.timing === undefined ? {} : { timing: instance.timing }),
      ...(instance.clock === undefined ? {} : { clock: instance.clock }),
      dist,
      env: { ...environment, ...instance.env },
      storage: { queues: credential, blobs: credential },
      onLog,
      ...(options.onInvocation === undefined ? {} : { onInvocation: options.onInvocation }),
    });
  const host = await startInstance(options).catch(async (error: unknown) => {
    await cloud.close();
    throw error;
  });
  const others: FunctionsHost[] = [];
  const container = (name: string): ContainerClient => blobs.getContainerClient(name);
  const read = async (path: string): Promise<string | undefined> => {
    try {
      // One request: a status may be replaced between two.
      const { readableStreamBody } = await container("batches").getBlobClient(path).download();
      return readableStreamBody && (await text(readableStreamBody as Readable));
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  };
  const status = async (batch: string): Promise<BatchStatus | undefined> => {
    const found = await read(`${batch}/status.json`);
    return found === undefined ? undefined : (JSON.parse(found) as BatchStatus);
  };
  const close = async (): Promise<void> => {
    await Promise.all([host, ...others].map((each) => each.stop()));
    const deviations = await contractDeviations(cloud);
    await cloud.close();
    // In every story, requests and answers must match Graph's published description.
    if (deviations.length > 0)
      throw new Error(`does not match Graph's description:\n${deviations.join("\n")}`);
  };
  return {
    cloud,
    host,
    logs,
    events,
    environment,
    container,
    send: async (queue, message) => void (await queues.getQueueClient(queue).sendMessage(message)),
    waiting: async (queue) =>
      (await queues.getQueueClient(queue).getProperties()).approximateMessagesCount ?? 0,
    visible: async (queue) => {
      const found = await queues.getQueueClient(queue).peekMessages({ numberOfMessages: 32 });
      return found.peekedMessageItems.length;
    },
    upload: async (path, content) => {
      const body = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
      await container("inbox").getBlockBlobClient(path).uploadData(body);
    },
    read,
    status,
    settled: async (batch, { timeoutMs = 120_000, everyMs = 100 } = {}) => {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const now = await status(batch);
        if (now && ENDED.includes(now.state)) return now;
        if (performance.now() > until)
          throw new Error(`${batch} did not end: ${JSON.stringify(now)}\n${tail(logs)}`);
        await delay(everyMs);
      }
    },
    batches: async () => {
      const names = new Set<string>();
      for await (const { name } of container("batches").listBlobsFlat())
        names.add(name.split("/")[0] ?? "");
      return [...names];
    },
    another: async (instanceOptions = {}) => {
      const instance = await startInstance(instanceOptions);
      others.push(instance);
      return instance;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** So many of a stage's last exchanges with Graph are held to its description. */
const JOURNAL = 2000;

/** What did not match the OpenAPI data; nothing if that data is not beside the repository. */
async function contractDeviations(cloud: LocalCloud): Promise<readonly string[]> {
  const contract = openApiContract();
  if (!contract) {
    console.log(CONTRACT_LEFT_OUT);
    return [];
  }
  const exchanges = await cloud.control.graph("journal", {});
  const found = exchanges.flatMap((one) => [...contract.request(one), ...contract.answer(one)]);
  return [...new Set(found)].filter((what) => !DATA_LACKS.test(what));
}

/**
 * The data ends at users, groups, devices and applications, and has no casts of transitive memberships
 * (user-list-transitivememberof, "Request only the transitive memberships that are groups"); directory-roles.test.ts
 * has the pages' shapes.
 */
const DATA_LACKS =
  /^GET \/(roleManagement\/directory\/role(Assignments|EligibilityScheduleInstances)|users\/[^/]+\/transitiveMemberOf\/microsoft\.graph\.(group|directoryRole)): not in the description$/;

const tail = (logs: readonly HostLog[]): string =>
  logs
    .slice(-30)
    .map(({ source, message }) => `${source}: ${message}`)
    .join("\n");

/** The folder for reports that people open. */
export const outFolder = join(dist, "../out");
