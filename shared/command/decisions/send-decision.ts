import { randomUUID } from "node:crypto";

import { OperatorError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import {
  type Control,
  readControl,
  readTenantControl,
  type RecordedDecision,
} from "../../records/decisions/control.ts";
import { checkDecision, type Decision, decisionNonce } from "../../records/decisions/decision.ts";
import { readHeartbeat } from "../../records/deployment/heartbeat.ts";
import { whoInWords } from "../../records/who.ts";
import type { Account } from "../account/account.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, usageError } from "../terminal/command-error.ts";
import { open } from "../terminal/open.ts";

/** A decision, before it has an id and an end. */
export type Wish = Omit<Decision, "version" | "decisionId" | "expires">;

/** A decision counts for so long after it was sent, milliseconds; an hour is the most. */
const COUNTS_MS = 15 * 60_000;
/** How long the outcome is waited for, milliseconds: a cold start, and the queue's back-off of a minute. */
const PATIENCE_MS = 3 * 60_000;
const EVERY_MS = 500;
/** A proof has to fit in beside it. */
const LONGEST = limits.messageBytes - 20_000;

/**
 * Sends a decision and waits until it was recorded what became of it.
 *
 * @throws CommandError if it had no effect, or nothing recorded it in time.
 */
export async function sendDecision(
  desk: Desk,
  account: Account,
  wish: Wish,
  folder?: string,
): Promise<RecordedDecision> {
  const { clock, self } = desk;
  const decision: Decision = {
    version: 1,
    ...wish,
    decisionId: randomUUID(),
    expires: new Date(clock.now() + COUNTS_MS).toISOString(),
  };
  refuseInvalid(decision);
  const proof = await proofOf(desk, account, decision);
  desk.ifEnded(
    `The decision may have been sent, and counts for ${COUNTS_MS / 60_000} minutes then. ` +
      (wish.batch === undefined
        ? "Type it again to see: one that has had its effect says so."
        : `See what became of it: ${self} show ${wish.batch}`),
  );
  await account.queues.decisions.send(JSON.stringify({ ...decision, proof }));
  const made = await outcomeOf(desk, decision.decisionId, () =>
    folder === undefined
      ? readTenantControl(account.blobs.runner, decision.tenant)
      : readControl(account.blobs.batches, folder),
  );
  const what = `${decision.decision} ${decision.batch ?? `tenant ${decision.tenant}`}`;
  if (made === undefined) {
    throw new CommandError(
      `${what} was sent, and nothing has answered within ${PATIENCE_MS / 60_000} minutes.`,
      `See whether the app runs: ${self} doctor`,
    );
  }
  if (made.outcome === "ignored") {
    throw new CommandError(`${what} had no effect: ${made.why ?? "no reason is recorded"}`, "");
  }
  return made;
}

/** A message that breaks its schema would be answered by nobody. @throws CommandError */
function refuseInvalid(decision: Decision): void {
  try {
    checkDecision(decision);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw usageError(error.what, error.fix);
  }
  if (JSON.stringify(decision).length > LONGEST) {
    throw usageError("The decision names too many rows for one message.", "Name fewer of them.");
  }
}

/** What became of a decision, as one sentence. */
export function decisionInWords(made: RecordedDecision, about: string): string {
  const { decision, outcome, why, by, as } = made;
  if (outcome === "waiting") {
    return `${decision} ${about} waits for a second person to decide the same${why === undefined ? "" : `: ${why}`}`;
  }
  const next = as === undefined ? "" : `; it is batch ${as}`;
  return `${decision} ${about}: done, by ${whoInWords(by)}${next}`;
}

/** The ID token that signs the decision; `undefined` if the deployment asks for none. */
async function proofOf(
  { print, environment }: Desk,
  account: Account,
  decision: Decision,
): Promise<string | undefined> {
  const heartbeat = await readHeartbeat(account.blobs.runner);
  const clientId = heartbeat?.decisionClientId;
  if (heartbeat === undefined || clientId === undefined) return undefined;
  const { signDecision } = await import("../account/sign-decision.ts");
  const { loginHost } = account;
  const signing = { clientId, homeTenant: heartbeat.homeTenant, loginHost };
  return signDecision(signing, decisionNonce(decision), (address) => {
    print.note("Sign the decision in your browser. If none opens, open this address:");
    print.note(address);
    open(address, environment, () => undefined);
  });
}

/** What was recorded; `undefined` if nothing was, for too long. */
async function outcomeOf(
  { clock }: Desk,
  decisionId: string,
  read: () => Promise<Control>,
): Promise<RecordedDecision | undefined> {
  const untilMs = clock.monotonic() + PATIENCE_MS;
  while (clock.monotonic() < untilMs) {
    const { decisions } = await read();
    const made = decisions.find((each) => each.decisionId === decisionId);
    // Rerun and undo name their batch once it is made.
    const isMade = made?.outcome !== "applied" || made.carriedOutAt !== undefined;
    if (made !== undefined && isMade) return made;
    await clock.sleep(EVERY_MS);
  }
  return undefined;
}
