import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import { connectControl } from "./control/control-client.ts";
import type { CloudOptions, LocalCloud } from "./local-cloud.ts";

/** Options that can be sent to another process: all except functions. */
export type SpawnCloudOptions = Omit<CloudOptions, "graph"> & {
  readonly graph?: Omit<NonNullable<CloudOptions["graph"]>, "observe">;
};

/** The message of the cloud's process when it is ready. */
export interface CloudReport {
  readonly cloud: Omit<LocalCloud, "control" | "env" | "close">;
  readonly env: Record<string, string>;
}

/**
 * Starts a local cloud in a separate process, with the interface of `startCloud`. It ends with `close`,
 * and always with this process.
 * @throws Error if it does not start
 */
export async function spawnCloud(options: SpawnCloudOptions = {}): Promise<LocalCloud> {
  const child = fork(fileURLToPath(new URL("cloud-process.ts", import.meta.url)), {
    // The flags of a test runner or of `--eval` must not reach the cloud.
    execArgv: [],
    env: { ...process.env, LOCAL_CLOUD_OPTIONS: JSON.stringify(options) },
    // Ctrl-C goes to the foreground process group, but the cloud must outlive the worker it serves.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  const report = await new Promise<CloudReport>((resolve, reject) => {
    child.once("message", (message) => resolve(message as CloudReport));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The local cloud ended with ${code}.`)));
  });
  return {
    ...report.cloud,
    control: connectControl(report.cloud.urls.control),
    env: () => ({ ...report.env }),
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
