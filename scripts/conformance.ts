import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

/**
 * `npm run conformance`: runs the tests that hold the local cloud to the documentation and prints them
 * as a list of what is emulated, one line a behavior with its source in brackets. Exits with 1 if a
 * behavior fails or names no source.
 */
const services = ["entra", "graph", "key-vault", "managed-identity", "management"];
/** Of the emulator itself, not of what it emulates: its seed, its faults, its laws, its contract check. */
const own = /\/graph\/(seed|faults|laws|openapi)\.test\.ts$/;

const files = services
  .flatMap((service) => globSync(`test/cloud/${service}/**/*.test.ts`))
  .filter((file) => !own.test(file))
  .toSorted();
const command = [
  "--test",
  "--test-concurrency=2",
  "--test-reporter=./scripts/conformance-reporter.ts",
  ...files,
];
process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
