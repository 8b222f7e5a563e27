import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { QueueClient, StorageSharedKeyCredential as QueueKey } from "@azure/storage-queue";

/** Azurite as a child process, in memory, on ports of its own, with an account of its own. */
export interface Azurite {
  readonly blobUrl: string;
  readonly queueUrl: string;
  readonly blobKey: StorageSharedKeyCredential;
  readonly queueKey: QueueKey;
  makeContainer(name: string): Promise<void>;
  makeQueue(name: string): Promise<QueueClient>;
  stop(): Promise<void>;
}

/** Starts Azurite and waits until both services listen. It ends with the test process at the latest. */
export async function startAzurite(): Promise<Azurite> {
  const account = "batchtest";
  const key = randomBytes(64).toString("base64");
  const packageFile = createRequire(import.meta.url).resolve("azurite/package.json");
  const child = spawn(
    process.execPath,
    [
      join(dirname(packageFile), "dist/src/azurite.js"),
      "--inMemoryPersistence",
      "--skipApiVersionCheck",
      "--loose",
      "--silent",
      "--disableTelemetry",
      "--disableProductStyleUrl",
      "--blobPort=0",
      "--queuePort=0",
      "--tablePort=0",
    ],
    {
      env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);

  const urls = await new Promise<{ blob: string; queue: string }>((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (part: Buffer) => {
      text += part.toString("utf8");
      const blob = /Blob service[^\n]*successfully[^\n]* (http:\S+)/.exec(text)?.[1];
      const queue = /Queue service[^\n]*successfully[^\n]* (http:\S+)/.exec(text)?.[1];
      if (blob && queue && /Table service[^\n]*successfully/.test(text)) resolve({ blob, queue });
    });
    child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${text}`)));
  });
  const blobUrl = `${urls.blob}/${account}`;
  const queueUrl = `${urls.queue}/${account}`;
  const blobKey = new StorageSharedKeyCredential(account, key);
  const queueKey = new QueueKey(account, key);
  return {
    blobUrl,
    queueUrl,
    blobKey,
    queueKey,
    makeContainer: async (name) => {
      await new ContainerClient(`${blobUrl}/${name}`, blobKey).create();
    },
    makeQueue: async (name) => {
      const client = new QueueClient(`${queueUrl}/${name}`, queueKey);
      await client.create();
      return client;
    },
    stop: async () => {
      child.send("shutdown");
      const late = setTimeout(kill, 2_000);
      await ended;
      clearTimeout(late);
      process.removeListener("exit", kill);
    },
  };
}
