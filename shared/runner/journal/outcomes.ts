import { judge } from "../../catalogue/judge.ts";
import type { Attempt, Operation } from "../../catalogue/operation.ts";
import type { PlannedWrite, ReadyWrite, Receipt } from "../../catalogue/row.ts";
import { subjectOf } from "../../catalogue/target.ts";
import type { GraphAnswer, GraphError } from "../../core/graph-request.ts";
import { type RowHistory, troubledMsAt } from "../../records/history/row-history.ts";
import type { RowOutcome, RowReceipt } from "../../records/receipt.ts";
import {
  lastRefused,
  passwordInPlace,
  passwordSentLast,
  passwordsInDoubt,
} from "./given-password.ts";

/** A row that was sent, as its answer is judged. */
export interface Sent {
  readonly row: number;
  readonly operation: Operation;
  readonly write: ReadyWrite;
  /** With the intent of this send in it. */
  readonly history: RowHistory;
}

/** When an answer came, and how patient the runner is. */
export interface Moment {
  /** ISO 8601. */
  readonly at: string;
  /** Time in trouble other than throttling after which a row fails, milliseconds. */
  readonly retryForMs: number;
}

/**
 * Whether Graph did not see an object that a row names, and may see it yet: nothing else that it refuses so
 * is sent again.
 */
const isUnseen = ({ status }: GraphAnswer): boolean => status === 404 || status === 400;

const attemptOf = ({ write, history }: Omit<Sent, "row" | "operation">): Attempt => ({
  write,
  doubted: history.doubted,
  firstIntentAt: history.firstIntentAt ?? "",
  attempts: history.attempts,
});

/** What an answer to a row's write means for its journal; no answer at all is a doubt. */
export function outcomeOf(
  sent: Sent,
  answer: GraphAnswer | undefined,
  moment: Moment & {
    readonly lost: string;
    /** What Graph asked to wait when it gave no answer. */
    readonly lostForMs?: number | undefined;
    readonly waitMs: (asked?: number) => number;
    /** The wait of a row whose object has not replicated. */
    readonly unseenMs: (asked?: number) => number;
  },
): RowOutcome {
  const { row } = sent;
  const doubtFor = (reason: string, answered: boolean, afterMs?: number): RowOutcome => {
    const until = afterMs === undefined ? {} : { until: instantAfter(moment.at, afterMs) };
    const refused = isRefusal(answer) ? { refused: true } : {};
    return { kind: "doubt", row, reason, answered, ...refused, ...until };
  };
  if (answer === undefined) return doubtFor(moment.lost, false, moment.lostForMs);
  const outcome = judge(sent.operation, answer, attemptOf(sent));
  if (outcome.kind === "final") {
    const proof = { requestId: answer.requestId, status: answer.status };
    const { final } = outcome;
    if (final.verdict === "failed") {
      return failedReceipt(afterRefusal(sent), moment.at, { ...proof, ...final });
    }
    const password = final.verdict === "done" ? passwordSentLast(sent.history) : {};
    return rowReceipt(sent, moment.at, { ...proof, ...final, ...password });
  }
  if (outcome.kind === "doubt") return doubtFor(outcome.reason, true, outcome.afterMs);
  const { reason, throttled, afterMs } = outcome;
  const waitMs = isUnseen(answer) ? moment.unseenMs : moment.waitMs;
  return again(afterRefusal(sent), moment, { reason, throttled, afterMs: waitMs(afterMs) });
}

/** A row as it is when Graph refused its last send. */
export const afterRefusal = (sent: Sent): Sent => ({
  ...sent,
  history: lastRefused(sent.history),
});

/** A row that fails. Which password a user has cannot be told if a send that gave one had no answer. */
function failedReceipt(
  sent: Sent,
  at: string,
  verdict: Receipt & { readonly reason: string; readonly fix: string },
): RowReceipt {
  const reason = isPasswordInDoubt(sent)
    ? `${verdict.reason} An earlier send, whose answer was lost, may have taken effect.`
    : verdict.reason;
  return rowReceipt(sent, at, { ...verdict, reason });
}

/** Whether a send that gave a password had no answer. */
const isPasswordInDoubt = ({ operation, history }: Sent): boolean =>
  operation.password !== undefined && history.doubted;

/** Whether Graph said of this request that it was not carried out. */
const isRefusal = (answer: GraphAnswer | undefined): boolean =>
  answer !== undefined && (answer.status === 400 || answer.status === 409);

/** Sends a row again, or fails it if it has been in trouble for too long. */
export function again(
  sent: Sent,
  moment: Moment,
  outcome: { readonly reason: string; readonly throttled: boolean; readonly afterMs: number },
): RowOutcome {
  const { reason, throttled, afterMs } = outcome;
  if (!throttled && isOutOfPatience(sent.history, moment)) {
    return failedReceipt(sent, moment.at, {
      verdict: "failed",
      reason: `The change could not be made: ${reason}, for ${minutes(moment.retryForMs)}.`,
      fix: `${isPasswordInDoubt(sent) ? "" : "Nothing was changed. "}Send the row again in a new batch when the cause has passed.`,
      objectId: subjectOf(sent.write.target),
      cause: reason,
    });
  }
  const until = instantAfter(moment.at, afterMs);
  return { kind: "again", row: sent.row, reason, throttled, until };
}

/** Fails a row whose post was refused as a whole although it went alone: Graph cannot read this row. */
export const refusedAlone = (
  sent: Sent,
  at: string,
  refusal: { readonly status: number; readonly error?: GraphError | undefined },
): RowReceipt =>
  failedReceipt(afterRefusal(sent), at, {
    verdict: "failed",
    reason: `Graph could not take the request (Graph: ${refusal.status} ${refusal.error?.code ?? "no code"}: ${refusal.error?.message ?? "no message"}).`,
    fix: "Correct the row by what Graph says and send it again in a new batch.",
    objectId: subjectOf(sent.write.target),
    status: refusal.status,
    cause: `${refusal.status} ${refusal.error?.code ?? "no code"}`,
  });

/** What a look at the directory decides for a row in doubt: done, or to be sent again. */
export function looked(
  sent: Sent,
  answer: GraphAnswer,
  moment: Moment & { readonly afterMs: number },
): RowOutcome {
  const seen = inPlace(sent, answer, moment.at);
  if (seen) return seen;
  const reason = whyInDoubt(sent);
  const next = again(sent, moment, { reason, throttled: false, afterMs: moment.afterMs });
  if (next.kind === "final") return next;
  const until = instantAfter(moment.at, moment.afterMs);
  return { kind: "absent", row: sent.row, reason, until };
}

/**
 * What a look decides for a row in doubt that must not be sent twice: done, to be looked at again while what it made
 * may still show, or not known.
 */
export function lookedForOne(
  sent: Sent,
  answer: GraphAnswer,
  moment: Moment & { readonly mayShow: boolean },
): RowOutcome {
  const seen = inPlace(sent, answer, moment.at);
  if (seen) return seen;
  const { row, history, write } = sent;
  const reason = whyInDoubt(sent);
  if (moment.mayShow) return { kind: "doubt", row, reason, answered: history.answered };
  return rowReceipt(sent, moment.at, {
    verdict: "failed",
    reason: `It is not known whether the object was created: its answer was lost (${reason}), and it has not shown since. Sent again it could come to be twice.`,
    fix: "Have the row run again later (rerun): it looks first. A row with a uniqueName is sent again by itself.",
    objectId: subjectOf(write.target),
    cause: reason,
  });
}

const whyInDoubt = ({ history }: Sent): string =>
  history.trouble ?? "the runner ended before the answer came";

/** The verdict of a row in doubt whose change, or what keeps it from being made, is in the directory. */
export function inPlace(sent: Sent, answer: GraphAnswer, at: string): RowReceipt | undefined {
  const found = sent.operation.inPlace(answer, { ...attemptOf(sent), doubted: true });
  if (found === false) return undefined;
  const isDone = found === true || found.verdict === "done";
  const proof = {
    requestId: answer.requestId,
    status: answer.status,
    ...(isDone && passwordInPlace(sent.operation, sent.history, answer)),
  };
  // What was found instead shows that no send of the row took effect.
  const history = { ...sent.history, passwords: undefined };
  if (found !== true) return rowReceipt({ ...sent, history }, at, { ...proof, ...found });
  return rowReceipt(sent, at, {
    verdict: "done",
    reason: "The answer was lost; the directory shows the change in place.",
    objectId: subjectOf(sent.write.target),
    ...proof,
  });
}

/** Whether an answer to a look shows the object, or that there is none. */
export const isSeeing = ({ status }: GraphAnswer): boolean =>
  (status >= 200 && status < 300) || status === 404;

/** A row in doubt could not be looked at: it is looked at again until it has been in trouble for too long. */
export function unseen(
  sent: Pick<Sent, "row" | "history"> & { readonly write: PlannedWrite },
  why: string,
  moment: Moment,
): RowOutcome {
  const { row, history } = sent;
  if (!isOutOfPatience(history, moment)) {
    return { kind: "doubt", row, reason: why, answered: history.answered };
  }
  return rowReceipt(sent, moment.at, {
    verdict: "failed",
    reason: `It is not known whether the change was made: its answer was lost, and the directory could not be looked at for ${minutes(moment.retryForMs)} (${why}).`,
    fix: "Look at the object; if the change is missing, send the row again in a new batch.",
    objectId: subjectOf(sent.write.target),
    cause: why,
  });
}

/** A row was sent, its answer was lost, and its batch was stopped before it could be sent again. */
export const stoppedInDoubt = (
  sent: Pick<Sent, "row" | "history"> & { readonly write: PlannedWrite },
  at: string,
): RowReceipt =>
  rowReceipt(sent, at, {
    verdict: "failed",
    reason:
      "It is not known whether the change was made: its answer was lost, no look can tell, and the batch was stopped before it was sent again.",
    fix: "Take it as made, or send the row again in a new batch.",
    objectId: subjectOf(sent.write.target),
  });

const isOutOfPatience = (history: RowHistory, { at, retryForMs }: Moment): boolean =>
  troubledMsAt(history, at) >= retryForMs;

/** A receipt: a verdict with how often the row was sent, and when it ended. */
export function rowReceipt(
  { row, history }: Pick<Sent, "row" | "history">,
  at: string,
  verdict: Receipt,
): RowReceipt {
  const { attempts } = history;
  const receipt = {
    ...(verdict.verdict === "failed" && passwordsInDoubt(history)),
    ...verdict,
    ...(attempts > 0 && { attempts }),
    finishedAt: at,
  };
  return { kind: "final", row, receipt };
}

const instantAfter = (at: string, ms: number): string =>
  new Date(Date.parse(at) + ms).toISOString();

const minutes = (ms: number): string =>
  ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.round(ms / 1000)} seconds`;
