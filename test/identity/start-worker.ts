import { fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import type { Ask, WorkerAnswer } from "./worker-protocol.ts";

export interface Worker {
  /** One at a time. */
  ask(what: Ask): Promise<WorkerAnswer>;
  /** Tokens of the home tenant for Graph, or whatever is named. */
  get(what?: Partial<Extract<Ask, { do: "get" }>>): Promise<WorkerAnswer>;
  /** Everything it has written. */
  output(): string;
  stop(): Promise<void>;
}

const file = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Starts a process that signs in to `cloud`, with these settings beside the cloud's own. */
export async function startWorker(
  cloud: LocalCloud,
  settings: Readonly<Record<string, string>> = {},
): Promise<Worker> {
  const env = { ...process.env, ...cloud.env(), ...settings };
  const child = fork(file, { env, silent: true });
  const written: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => written.push(chunk.toString("utf8")));
  child.stderr?.on("data", (chunk: Buffer) => written.push(chunk.toString("utf8")));
  const ended = once(child, "exit").then((): never => {
    throw new Error(`the worker ended: ${written.join("")}`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, "message"), ended]);

  async function ask(what: Ask): Promise<WorkerAnswer> {
    const answered = once(child, "message");
    child.send(what);
    const [answer] = await Promise.race([answered, ended]);
    return answer;
  }

  return {
    ask,
    get: (what = {}) =>
      ask({
        do: "get",
        tenant: cloud.home.tenantId,
        resource: "https://graph.microsoft.com",
        ...what,
      }),
    output: () => written.join(""),
    async stop() {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}
