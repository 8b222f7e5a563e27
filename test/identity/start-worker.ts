import { fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import type { Ask, WorkerAnswer } from "./worker-protocol.ts";

export interface Worker {
  ask(what: Ask): Promise<WorkerAnswer>;
  /** Tokens of the home tenant for Graph, unless `what` names others. */
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

  const waiting = new Map<number, (answer: WorkerAnswer) => void>();
  child.on("message", ({ id, answer }: { id: number; answer: WorkerAnswer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let count = 0;
  async function ask(what: Ask): Promise<WorkerAnswer> {
    const id = ++count;
    const answered = new Promise<WorkerAnswer>((resolve) => waiting.set(id, resolve));
    child.send({ id, ask: what });
    return await Promise.race([answered, ended]);
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
