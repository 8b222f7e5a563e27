import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { PostTally, ReaderOrder } from "./reads-reader.ts";

/** A process that reads as planners do (reads-reader.ts). */
export interface Reader {
  begin(users: readonly string[], groups: readonly string[]): void;
  /** Lets it end. Resolves to what its posts came to. */
  end(): Promise<readonly PostTally[]>;
  /** At once, if it still runs. */
  kill(): void;
}

/** Starts one, with the settings of an instance. */
export async function startReader(environment: Readonly<Record<string, string>>): Promise<Reader> {
  const env = { PATH: process.env["PATH"], ...environment };
  const child = fork(join(import.meta.dirname, "reads-reader.ts"), {
    env,
    // Its events are not of interest.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then((): never => {
    throw new Error("a reader ended");
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, "message"), ended]);
  const send = (order: ReaderOrder): boolean => child.send(order);
  return {
    begin: (users, groups) => void send({ do: "begin", users, groups }),
    async end() {
      const told = once(child, "message") as Promise<[readonly PostTally[]]>;
      send({ do: "end" });
      const [tallies] = await Promise.race([told, ended]);
      child.kill("SIGKILL");
      return tallies;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
