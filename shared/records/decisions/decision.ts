import * as v from "valibot";

import { check } from "../../core/check.ts";
import { isInCalendar } from "../../core/clock.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { isGuid } from "../../core/object-id.ts";
import { isRecord } from "../../core/record.ts";
import type { Mode } from "../manifest.ts";
import { nameRuleBroken } from "../paths.ts";
import { batchStates } from "../status.ts";
import { canonicalJson, nonceOf } from "./canonical.ts";

/** Everything that a person can decide about a batch. */
export const decisionKinds = [
  "approve",
  "reject",
  "cancel",
  "pause",
  "resume",
  "rerun",
  "undo",
] as const;
/** One of them. */
export type DecisionKind = (typeof decisionKinds)[number];

/**
 * What the sender expects to find: a state of the batch, `unfinished` (accepted, planned, held, running or
 * paused) or `ended` (finished or cancelled); of a whole tenant `open` or `paused`.
 */
export const expectations = [...batchStates, "unfinished", "ended", "open"] as const;
/** One of them. */
export type Expectation = (typeof expectations)[number];

/** The rows of a batch that a rerun sends again, or an undo undoes. */
export type ChosenRows = "failed" | "held" | readonly number[];

/** A message on queue `decisions`, version 1, checked. */
export interface Decision {
  readonly version: 1;
  /** Chosen by the sender; the same id again is the same decision, and has no second effect. */
  readonly decisionId: string;
  readonly decision: DecisionKind;
  readonly tenant: string;
  /** Absent only to pause or resume a whole tenant. */
  readonly batch?: string | undefined;
  /** The digest of the plan that is approved: `sha256:` and 64 hex digits. Only approve has it. */
  readonly plan?: string | undefined;
  readonly expects: Expectation;
  /** An ISO instant, at most an hour after the message is sent. */
  readonly expires: string;
  /** Why, in the sender's words; kept in the batch and shown in its reports. */
  readonly reason?: string | undefined;
  /** Of rerun (`failed` if absent) and undo (all that can be undone if absent). */
  readonly rows?: ChosenRows | undefined;
  /** The name of the batch that rerun or undo makes. */
  readonly as?: string | undefined;
  /** `plan`: the batch that rerun or undo makes is only planned, and an approval of its plan runs it. */
  readonly mode?: Mode | undefined;
}

/** A decision as it was sent: with an ID token that proves who decided exactly this. */
export interface SignedDecision extends Decision {
  readonly proof?: string | undefined;
}

/** What a plan's digest looks like. */
export const PLAN_DIGEST = /^sha256:[0-9a-f]{64}$/;

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

const Message = v.strictObject({
  version: v.literal(1),
  decisionId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/)),
  decision: v.picklist(decisionKinds),
  tenant: v.pipe(v.string(), v.check(isGuid)),
  batch: v.optional(v.string()),
  plan: v.optional(v.pipe(v.string(), v.regex(PLAN_DIGEST))),
  expects: v.picklist(expectations),
  expires: v.pipe(v.string(), v.regex(instant)),
  reason: v.optional(v.pipe(v.string(), v.maxLength(500))),
  rows: v.optional(
    v.union([
      v.picklist(["failed", "held"]),
      v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.minLength(1)),
    ]),
  ),
  as: v.optional(v.string()),
  mode: v.optional(v.picklist(["apply", "plan"])),
  proof: v.optional(v.pipe(v.string(), v.maxLength(16_384))),
});

/**
 * Checks a decoded message of queue `decisions`. The tenant is answered in lower case only by
 * `tenantOf`; everything else stays as it was sent, because the proof covers it as it was sent.
 *
 * @throws InputRefusal or OperatorError, disposition `refuse`: MESSAGE_INVALID or VERSION_UNKNOWN, with
 * paths and rules but no values.
 */
export function checkDecision(value: unknown): SignedDecision {
  if (!isRecord(value)) throw invalid("it is not a JSON object", "Send one object");
  if ("version" in value && value["version"] !== 1) {
    throw new InputRefusal(
      "VERSION_UNKNOWN",
      "The decision is of a version that this deployment does not know; it knows version 1.",
      'Set "version": 1 (a number) and write the decision as docs/messages.md shows.',
    );
  }
  const inherited = Object.keys(value).find((each) => each in Object.prototype);
  if (inherited !== undefined) {
    throw invalid(`it has the unknown property ${inherited}`, "Remove it");
  }
  const decision = check(Message, value, { what: "decision" });
  const broken = mistakeIn(decision);
  if (broken !== undefined) throw invalid(...broken);
  return decision;
}

/** What is wrong with a decision whose parts are right, and what to do about it. */
function mistakeIn(decision: SignedDecision): readonly [what: string, fix: string] | undefined {
  const { decision: kind, batch, plan, rows, as, mode } = decision;
  const isMaking = kind === "rerun" || kind === "undo";
  if (batch === undefined && kind !== "pause" && kind !== "resume") {
    return ["it names no batch", "Name the batch; only pause and resume may be of a whole tenant"];
  }
  for (const [property, name] of Object.entries({ batch, as })) {
    const broken = name === undefined ? undefined : nameRuleBroken(name);
    if (broken !== undefined) return [`${property} must ${broken}`, "Correct the name"];
  }
  if ((kind === "approve") !== (plan !== undefined)) {
    return kind === "approve"
      ? ["it has no plan", "Give the digest of the plan that was looked at (plan.json, digest)"]
      : ["it has a plan", "Leave plan out: only approve has it"];
  }
  if (!isMaking && (rows !== undefined || as !== undefined || mode !== undefined)) {
    return ["it has rows, as or mode", "Leave them out: only rerun and undo have them"];
  }
  if (kind === "undo" && typeof rows === "string") {
    return ["rows is a word", "Give the numbers of the rows to undo, or leave rows out for all"];
  }
  return isInCalendar(decision.expires)
    ? undefined
    : ["expires is no instant", "Give an instant in UTC, such as 2026-11-21T15:00:00Z"];
}

const invalid = (what: string, fix: string): InputRefusal =>
  new InputRefusal("MESSAGE_INVALID", `The decision breaks its schema: ${what}.`, `${fix}.`);

/** The canonical JSON of a decision without its proof: what is signed. */
export const canonicalDecision = ({ proof: _proof, ...decision }: SignedDecision): string =>
  canonicalJson(decision);

/** The nonce of an ID token that proves the decision: base64url of the SHA-256 of its canonical JSON. */
export const decisionNonce = (decision: SignedDecision): string => nonceOf(decision);
