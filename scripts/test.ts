import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { buildInto } from "./build.ts";
import { root } from "./bundle.ts";

/**
 * Runs the tests, all or those whose path holds one of the words given. Pure ones, which start
 * neither servers nor workers, share a process;
 * those with servers, workers or identities have one each, and mostly wait for leases, messages and
 * clocks: half as many again at a time as the machine has cores keep it busy.
 */
const words = process.argv.slice(2);
const files = globSync("test/**/*.test.ts")
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .toSorted();
const isPure = (file: string): boolean =>
  /^test\/(core|catalogue|operations|guards|policies)\//.test(file) &&
  !/from "(\.\.\/)+(cloud|storage|stage|identity|batches)\//.test(readFileSync(file, "utf8"));

const run = (some: readonly string[], options: readonly string[]): number => {
  if (some.length === 0) return 0;
  const command = ["--test", ...options, "--test-reporter=./scripts/test-reporter.ts", ...some];
  return spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
};

// Scenarios run the bundle as it is deployed, so it must be current.
await buildInto(join(root, "dist"), "functions/index.ts");
const pure = run(files.filter(isPure), ["--experimental-test-isolation=none"]);
const real = run(
  files.filter((file) => !isPure(file)),
  [`--test-concurrency=${Math.ceil(1.5 * availableParallelism())}`, "--test-timeout=300000"],
);
process.exitCode = files.length === 0 || pure !== 0 || real !== 0 ? 1 : 0;
