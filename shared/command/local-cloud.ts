import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import * as v from "valibot";

import { parseJson } from "../core/parse-json.ts";
import { usageError } from "./terminal/command-error.ts";

/** What `npm start -- --keep` writes about itself. */
const shape = v.object({
  tenantId: v.string(),
  clientId: v.string(),
  certificateFile: v.string(),
  env: v.record(v.string(), v.string()),
});

/** The argument `--local [file]`: its place in the arguments, and the file that it names, if any. */
function localIn(
  args: readonly string[],
): { at: number; words: number; file?: string } | undefined {
  const at = args.findIndex((arg) => arg === "--local" || arg.startsWith("--local="));
  if (at < 0) return undefined;
  const [, written] = args[at]?.split("=") ?? [];
  if (written !== undefined) return { at, words: 1, file: written };
  const next = args[at + 1];
  return next?.endsWith(".json") === true ? { at, words: 2, file: next } : { at, words: 1 };
}

/**
 * With `--local`, runs the same command again as a process of the local cloud: production host names lead
 * there, its authority is trusted, and the operator is the cloud's own tools application. Everything else
 * of the command knows nothing of it. Answers the exit code; `undefined` without `--local`.
 *
 * @throws CommandError if no local cloud has written the file
 */
export async function runLocally(
  args: readonly string[],
  {
    main,
    root,
    workFolder,
  }: { readonly main: string; readonly root: string; readonly workFolder: string },
): Promise<number | undefined> {
  const local = localIn(args);
  if (local === undefined) return undefined;
  const file =
    local.file === undefined ? join(root, "out/local-cloud.json") : resolve(workFolder, local.file);
  if (!existsSync(file)) {
    throw usageError(`There is no ${file}.`, "Start the local cloud first: npm start -- --keep");
  }
  const facts = v.safeParse(shape, parseJson(readFileSync(file, "utf8")));
  if (!facts.success)
    throw usageError(`${file} is not of a local cloud.`, "Start it again: npm start -- --keep");
  const { tenantId, clientId, certificateFile, env } = facts.output;
  const child = spawn(process.execPath, [main, ...args.toSpliced(local.at, local.words)], {
    stdio: "inherit",
    env: {
      ...process.env,
      ...env,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: certificateFile,
      BATCH_ACCOUNT: new URL(env["BatchStorage__blobServiceUri"] ?? "").hostname.split(".")[0],
    },
  });
  // Ctrl-C reaches the child by itself; this process waits for it.
  process.on("SIGINT", () => undefined);
  return new Promise((end, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => end(code ?? 1));
  });
}
