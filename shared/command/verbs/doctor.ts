import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { explain } from "../account/explain.ts";
import type { Desk } from "../desk/desk.ts";
import { checkApp, checkBatches } from "../doctor/app.ts";
import { type Check, type Finding, type Patient, problem } from "../doctor/finding.ts";
import {
  checkContainers,
  checkInbox,
  checkQueues,
  checkSending,
  checkSignIn,
} from "../doctor/rights.ts";
import { CommandError } from "../terminal/command-error.ts";
import { some } from "../terminal/figures.ts";

/** The checks in the order in which one rests on the other, each with what it looks at. */
const CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ["sign-in", checkSignIn],
  ["containers", checkContainers],
  ["inbox", checkInbox],
  ["sending", checkSending],
  ["queues", checkQueues],
  ["app", checkApp],
  ["batches", checkBatches],
];

/** Checks everything from the operator's chair. @throws CommandError if something is wrong */
export async function doctor(desk: Desk): Promise<void> {
  const account = await desk.account();
  const { clock, self, print } = desk;
  const patient: Patient = { account, clock, self, ownBundle: ownBundle() };
  const findings: Finding[] = [];
  for (const [name, check] of CHECKS) {
    print.redraw(`${name} …`);
    findings.push(...(await check(patient).catch((thrown: unknown) => [failure(name, thrown)])));
    // Without a sign-in, all others say the same.
    if (name === "sign-in" && findings.some(({ state }) => state === "problem")) break;
  }
  print.redraw("");
  print.list(findings, ({ check, state, what, fix }) => ({ check, state, what, fix }), "");
  const wrong = findings.filter(({ state }) => state === "problem");
  if (wrong.length > 0) {
    throw new CommandError(`${some(wrong.length, "problem")}.`, "Do what stands beside each.");
  }

  function failure(name: string, thrown: unknown): Finding {
    const error = explain(thrown, account.name, account.signIn.how);
    return error instanceof CommandError
      ? problem(name, error.what, error.fix)
      : problem(name, error.message, "Report it.");
  }
}

/** The digest of what npm run build made here; `undefined` if it did not run. */
function ownBundle(): string | undefined {
  const file = join(import.meta.dirname, "../../../dist/index.cjs");
  return existsSync(file)
    ? createHash("sha256").update(readFileSync(file)).digest("hex")
    : undefined;
}
