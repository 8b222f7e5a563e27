import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { root } from "../../scripts/bundle.ts";

/** A stand-alone local cloud in a process of its own, and how long it took to serve. */
export interface CloudUnderTest {
  readonly startedMs: number;
  /** Fields of the ready file (docs/local-cloud.md). */
  readonly ready: Readonly<Record<"graph" | "login" | "caFile" | "tenantId" | "domain", string>> &
    Readonly<Record<"clientId" | "clientSecret" | "control", string>>;
  /** Bytes resident now. */
  residentBytes(): number;
  end(): Promise<void>;
}

/**
 * Starts `npm run cloud` without Azurite, latency and meters, and waits for its ready file.
 * @throws Error when it ends before
 */
export async function startCloudProcess(users: number): Promise<CloudUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "bench-cloud-"));
  const ready = join(folder, "ready.json");
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--no-warnings",
      join(root, "test/cloud/main.ts"),
      "--no-storage",
      "--no-latency",
      "--no-meters",
      "--users",
      String(users),
      "--ready",
      ready,
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error(`The local cloud ended with ${child.exitCode}.`);
    // oxlint-disable-next-line no-await-in-loop -- waiting is the point
    await sleep(5);
  }
  const startedMs = performance.now() - began;
  return {
    startedMs,
    ready: JSON.parse(readFileSync(ready, "utf8")) as CloudUnderTest["ready"],
    residentBytes: () => residentBytes(child.pid ?? 0),
    async end() {
      child.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

const residentBytes = (pid: number): number =>
  Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
