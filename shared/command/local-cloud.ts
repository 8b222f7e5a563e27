import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import * as v from "valibot";

import { recordIn } from "../core/parse-json.ts";
import { usageError } from "./terminal/command-error.ts";

/** What `npm start -- --keep` writes about itself. */
const shape = v.object({
  tenantId: v.string(),
  clientId: v.string(),
  certificateFile: v.string(),
  env: v.record(v.string(), v.string()),
});

const FLAG = "--local";

/** The variable that tells the second process how the local cloud was named, for the commands that it proposes. */
export const LOCAL = "BATCH_LOCAL";

/** The file of a local cloud is not larger, bytes; one to send may be, and is not read for that. */
const LARGEST = 100_000;

/** The local cloud that the file is of, if it is of one. */
function factsAt(path: string): v.InferOutput<typeof shape> | undefined {
  const found = statSync(path);
  if (!found.isFile() || found.size > LARGEST) return undefined;
  const read = v.safeParse(shape, recordIn(readFileSync(path, "utf8")));
  return read.success ? read.output : undefined;
}

/**
 * The argument `--local [file]`: the file that it names, and the other arguments. A JSON file after it that is
 * of no local cloud is one of these: it may be a file to send.
 */
export function localIn(
  args: readonly string[],
  workFolder: string,
): { readonly file: string | undefined; readonly rest: readonly string[] } | undefined {
  const end = args.indexOf("--");
  const words = end < 0 ? args : args.slice(0, end);
  const at = words.findIndex((word) => word === FLAG || word.startsWith(`${FLAG}=`));
  if (at < 0) return undefined;
  const own = words[at] ?? "";
  const next = words[at + 1];
  if (own !== FLAG) return { file: own.slice(FLAG.length + 1), rest: args.toSpliced(at, 1) };
  return next?.endsWith(".json") === true && mayBeCloud(resolve(workFolder, next))
    ? { file: next, rest: args.toSpliced(at, 2) }
    : { file: undefined, rest: args.toSpliced(at, 1) };
}

const mayBeCloud = (path: string): boolean => !existsSync(path) || factsAt(path) !== undefined;

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
  const local = localIn(args, workFolder);
  if (local === undefined) return undefined;
  const file =
    local.file === undefined ? join(root, "out/local-cloud.json") : resolve(workFolder, local.file);
  if (!existsSync(file)) {
    throw usageError(`There is no ${file}.`, "Start the local cloud first: npm start -- --keep");
  }
  const facts = factsAt(file);
  if (facts === undefined)
    throw usageError(`${file} is not of a local cloud.`, "Start it again: npm start -- --keep");
  const { tenantId, clientId, certificateFile, env } = facts;
  const child = spawn(process.execPath, [main, ...local.rest], {
    stdio: "inherit",
    env: {
      ...process.env,
      ...env,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: certificateFile,
      [LOCAL]: local.file === undefined ? FLAG : `${FLAG} ${local.file}`,
      BATCH_ACCOUNT: new URL(env["BatchStorage__blobServiceUri"] ?? "").hostname.split(".")[0],
    },
  });
  // Ctrl-C reaches the child by itself; this process waits for it.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((end, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => end(code ?? 1));
  });
}
