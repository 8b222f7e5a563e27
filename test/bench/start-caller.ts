import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import type { Fared, Order } from "./tokens-caller.ts";

/** A process that wants tokens. */
export interface Caller {
  ask(order: Order): Promise<Fared>;
  stop(): Promise<void>;
}

/** Starts one that lives in `cloud`: the product's token module, or MSAL alone. */
export async function startCaller(cloud: LocalCloud, who: "product" | "msal"): Promise<Caller> {
  const env = { PATH: process.env["PATH"], ...cloud.env(), CALLER: who };
  const child = fork(join(import.meta.dirname, "tokens-caller.ts"), { env });
  const ended = once(child, "exit").then((): never => {
    throw new Error(`a caller (${who}) ended`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, "message"), ended]);
  const waiting = new Map<number, (fared: Fared) => void>();
  child.on("message", ({ id, fared }: { id: number; fared: Fared }) => {
    waiting.get(id)?.(fared);
    waiting.delete(id);
  });
  let count = 0;
  return {
    ask: async (order) => {
      const id = ++count;
      const answer = new Promise<Fared>((resolve) => waiting.set(id, resolve));
      child.send({ id, order });
      return await Promise.race([answer, ended]);
    },
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
