import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { LocalCloud } from "../local-cloud.ts";

/**
 * Runs one of the programs beside this file as a process in the cloud's environment: production host
 * names, all verification on. Resolves to the JSON that it prints, or rejects with its output.
 */
export function runClient<T = Record<string, unknown>>(
  cloud: Pick<LocalCloud, "env">,
  program: string,
  input: unknown = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  const child = spawn(
    process.execPath,
    ["--no-warnings", fileURLToPath(new URL(`${program}.client.ts`, import.meta.url))],
    {
      env: { ...process.env, ...cloud.env(), ...environment, CLIENT_INPUT: JSON.stringify(input) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    child.stdout.on("data", (part: Buffer) => (output += part.toString("utf8")));
    child.stderr.on("data", (part: Buffer) => (errors += part.toString("utf8")));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output) as T);
      else reject(new Error(`${program} ended with ${code}: ${errors}${output}`));
    });
  });
}
