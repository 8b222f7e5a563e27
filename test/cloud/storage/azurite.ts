import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A running Azurite. */
export interface Azurite {
  readonly account: string;
  /** The account's shared key, for tools; the product signs in by identity. */
  readonly key: string;
  readonly blobPort: number;
  readonly queuePort: number;
  /** Ends the process and waits until it has ended. */
  close(): Promise<void>;
}

/** Azurite prints nothing more after its last service listens. */
const listening = /(Blob|Queue|Table) service is successfully listening at https:\/\/[^:]+:(\d+)/gu;

/**
 * Starts Azurite as a child process, in memory, over TLS with bearer tokens enabled. It ends with
 * `close`, and always with this process.
 * @throws Error with its output if it does not start
 */
export async function startAzurite(options: {
  readonly account: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}): Promise<Azurite> {
  const key = randomBytes(64).toString("base64");
  const require = createRequire(import.meta.url);
  const child = spawn(
    process.execPath,
    [
      "--require",
      fileURLToPath(new URL("azurite-preload.cjs", import.meta.url)),
      join(dirname(require.resolve("azurite/package.json")), "dist/src/azurite.js"),
      "--inMemoryPersistence",
      // The storage SDKs use newer API versions than Azurite lists.
      "--skipApiVersionCheck",
      "--loose",
      "--silent",
      "--disableTelemetry",
      "--oauth",
      "basic",
      "--cert",
      options.certificateFile,
      "--key",
      options.keyFile,
      // Clients keep connections longer than Azurite's 5 s and would get resets.
      "--blobKeepAliveTimeout",
      "180",
      "--queueKeepAliveTimeout",
      "180",
      "--blobPort",
      "0",
      "--queuePort",
      "0",
      "--tablePort",
      "0",
    ],
    {
      env: { ...environmentWithoutPreloads(), AZURITE_ACCOUNTS: `${options.account}:${key}` },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Ctrl-C goes to the foreground process group, but Azurite must outlive the worker it serves.
      detached: true,
    },
  );
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  const ports = await new Promise<Map<string, number>>((resolve, reject) => {
    let output = "";
    const read = (part: Buffer): void => {
      output += part.toString("utf8");
      const found = new Map(
        [...output.matchAll(listening)].map((match) => [match[1] ?? "", Number(match[2])]),
      );
      if (found.size === 3) resolve(found);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${output}`)));
  });
  return {
    account: options.account,
    key,
    blobPort: ports.get("Blob") ?? 0,
    queuePort: ports.get("Queue") ?? 0,
    async close() {
      // Its data is in memory, so there is nothing to save.
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The environment without the redirect and other preloads, which Azurite does not need. */
function environmentWithoutPreloads(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _preloads, ...rest } = process.env;
  return rest;
}
