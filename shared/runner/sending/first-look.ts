import { judge } from "../../catalogue/judge.ts";
import { sparedBy } from "../../catalogue/only-if.ts";
import type { Operation } from "../../catalogue/operation.ts";
import {
  type FinalVerdict,
  type Properties,
  type ReadyWrite,
  type Receipt,
  isPending,
} from "../../catalogue/row.ts";
import { subjectOf } from "../../catalogue/target.ts";
import { areSameValues } from "../../catalogue/touched.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import type { RowValues } from "../../records/approval/before.ts";
import { type Expected, isLookedAt } from "../journal/expected.ts";
import { isSeeing } from "../journal/outcomes.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import type { Seen } from "./look.ts";

/** After so many looks that told nothing, or found nothing, a row goes on without. */
const LOOKS_AT_MOST = 3;
/** A row that may be written only over what was planned waits longer: some 15 minutes. */
const LOOKS_TO_COMPARE = 20;

/** What a look before the write means for a row; `values`: what is there now, and was not noted yet. */
export type FirstLook =
  | { readonly kind: "again" }
  | { readonly kind: "send"; readonly values?: RowValues | undefined }
  | {
      readonly kind: "ended";
      readonly receipt: Receipt;
      readonly values?: RowValues | undefined;
    };

/** A row to be written, as far as a look is judged by it. */
export interface FirstLooked {
  readonly row: Pick<OpenRow, "row" | "write" | "looks">;
  readonly operation: Operation | undefined;
  /** What it is expected to find; `undefined` for a plan of an earlier release. */
  readonly expected: Expected | undefined;
  /** An earlier batch that is still being planned may undo what is in place. */
  readonly mayBeUndone: boolean;
}

/**
 * Judges what a row would change by what is there now.
 *
 * - Its change is in place: it is unchanged.
 * - Its object is gone: it ends as Graph's answer to its write would end it.
 * - Its user has other values than it may overwrite, or is gone: it is skipped.
 * - It finds what was planned, or nobody could know what it finds: it is sent.
 * - It finds other values, or its user is called by another name: it is held.
 */
export function firstLook(looked: FirstLooked, answer: Seen): FirstLook {
  const { row, operation, expected } = looked;
  const { write } = row;
  if (operation === undefined || isPending(write)) return { kind: "send" };
  const isCompared = expected !== undefined && isLookedAt(operation, write);
  const isSeen = isCompared || write.onlyIf !== undefined;
  if (answer === undefined || !("status" in answer) || !isSeeing(answer)) {
    return vague(row, write, isSeen);
  }
  const ready = { row, write, operation, answer };
  if (isSeen && answer.status === 404) return gone(ready);
  const kept = sparedBy(operation, write, recordOf(answer.body));
  if (kept !== undefined) return ended(answer, kept);
  return isCompared
    ? compared(ready, expected, looked.mayBeUndone)
    : lookedInPlace(ready, looked.mayBeUndone);
}

/** Compares what a row finds with what was planned. What it may overwrite was seen to before. */
function compared(
  { row, write, operation, answer }: Ready,
  expected: Expected,
  mayBeUndone: boolean,
): FirstLook {
  const present = recordOf(answer.body);
  const { before, after } = operation.touched(write, present);
  const name = nameIn(present, expected);
  const values: RowValues = { row: row.row, before, after, ...(name !== undefined && { name }) };
  const isAny = expected.finds === "any" || write.onlyIf !== undefined;
  const isSure = expected.finds === "same" || write.foundInPlace || write.onlyIf;
  if (isSure && !mayBeUndone && isInPlace(operation, write, answer)) {
    return ended(answer, unchanged(write));
  }
  if (isAny) return { kind: "send", values };
  const why = whyHeld(write, expected, before, name);
  if (why === undefined) return { kind: "send", ...(!expected.isNoted && { values }) };
  return { ...ended(answer, held(why, write)), values: { ...values, held: true } };
}

interface Ready {
  readonly row: FirstLooked["row"];
  readonly write: ReadyWrite;
  readonly operation: Operation;
  readonly answer: GraphAnswer;
}

const ended = ({ requestId, status }: GraphAnswer, verdict: FinalVerdict) =>
  ({ kind: "ended", receipt: { ...verdict, requestId, status } }) as const;

function vague(row: FirstLooked["row"], write: ReadyWrite, compares: boolean): FirstLook {
  if (row.looks + 1 < (compares ? LOOKS_TO_COMPARE : LOOKS_AT_MOST)) return { kind: "again" };
  // To make a change again that is in place has no further effect.
  if (!compares) return { kind: "send" };
  return {
    kind: "ended",
    receipt: {
      verdict: "failed",
      reason:
        "What is there could not be read again before the write, so that nothing was written.",
      fix: "Send the row again in a new batch when Graph answers.",
      objectId: subjectOf(write.target),
    },
  };
}

/** Of a row that has nothing to compare: only the plan's finding is seen to. */
const lookedInPlace = ({ write, operation, answer }: Ready, mayBeUndone: boolean): FirstLook =>
  write.foundInPlace && !mayBeUndone && isInPlace(operation, write, answer)
    ? ended(answer, unchanged(write))
    : { kind: "send" };

/** An object that has not replicated yet looks gone, so that one look is not enough. */
function gone({ row, write, operation, answer }: Ready): FirstLook {
  if (row.looks + 1 < LOOKS_AT_MOST) return { kind: "again" };
  const kept = write.afterRestore ? undefined : sparedBy(operation, write, "gone");
  if (kept !== undefined) return ended(answer, kept);
  const attempt = { write, doubted: false, firstIntentAt: NEVER, attempts: 1 };
  const outcome = judge(operation, answer, attempt);
  return outcome.kind === "final" ? ended(answer, outcome.final) : { kind: "send" };
}

const NEVER = new Date(0).toISOString();

/** A user who exists with the values of a create is in place whenever it was created. */
function isInPlace(operation: Operation, write: ReadyWrite, answer: GraphAnswer): boolean {
  const attempt = { write, doubted: false, firstIntentAt: NEVER, attempts: 0 };
  const found = operation.inPlace(answer, attempt);
  return typeof found === "boolean" ? found : found.verdict === "done";
}

const unchanged = ({ foundInPlace, target }: ReadyWrite): FinalVerdict => ({
  verdict: "unchanged",
  reason: foundInPlace?.reason ?? "Its change was in place when its turn came.",
  objectId: foundInPlace?.objectId ?? subjectOf(target) ?? "",
});

/** The name that the user has now, if the row names it by one. */
const nameIn = (present: Properties, { name }: Expected): string | undefined => {
  const now = present["userPrincipalName"];
  return name !== undefined && typeof now === "string" ? now : undefined;
};

/** What is not as it was planned; `undefined` if all is. Says which properties, and no value. */
function whyHeld(
  write: ReadyWrite,
  expected: Expected,
  before: Properties = {},
  name: string | undefined,
): string | undefined {
  if (expected.finds === "lost") {
    return "What the plan read of it is gone or was altered, so that nobody can tell whether it is the same now.";
  }
  const planned = expected.before ?? {};
  const changed = Object.keys({ ...planned, ...before }).filter(
    (each) => !areSameValues(planned[each] ?? null, before[each] ?? null),
  );
  if (name !== undefined && name.toLowerCase() !== expected.name?.toLowerCase()) {
    return "The user that the plan found has another user principal name by now.";
  }
  if (changed.length === 0) return undefined;
  const what = write.set === undefined ? "The object" : "What the row replaces";
  return `${what} was changed after it was planned: ${changed.join(", ")}.`;
}

const held = (reason: string, { target }: ReadyWrite): FinalVerdict => ({
  verdict: "held",
  objectId: subjectOf(target),
  reason,
  fix: "Compare before and after: if the row is still right, approve what it would write now (status.json names the digest); if not, cancel the batch, or leave the row out of another one.",
});
