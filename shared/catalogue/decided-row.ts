import type { ObjectId } from "../core/object-id.ts";
import type { Found } from "./operation.ts";
import type { FinalVerdict, Verdict } from "./row.ts";

/** A row that has its verdict when it is planned, with nothing sent. */
export interface DecidedRow {
  readonly final: FinalVerdict;
}

/** A row that fails when it is planned. */
export const failedRow = (reason: string, fix: string): DecidedRow => ({
  final: { verdict: "failed", reason, fix },
});

/** A row whose change is in place already. */
export const unchangedRow = (reason: string, objectId: ObjectId): DecidedRow => ({
  final: { verdict: "unchanged", reason, objectId },
});

/** The verdict on a row if the lookup of its object did not find exactly one. */
export function notFound(
  role: string,
  found: Exclude<Found, { state: "found" }> | undefined,
): DecidedRow {
  if (found?.state === "coming") {
    return failedRow(
      `Row ${found.row} creates what column ${role} names, and its id is not known when this row is planned.`,
      role === "owner"
        ? "Leave owner empty, and add a row group.add-owner behind this one: it waits for both."
        : "Send this row in a new batch once that row is done.",
    );
  }
  if (found?.state === "ambiguous") {
    const { candidates = [], count } = found;
    const others = count > candidates.length ? ", …" : "";
    const which = candidates.map(({ id, name }) => `${id} (${name})`).join(", ");
    return failedRow(
      `More than one object has the name in column ${role}${which === "" ? "" : `: ${which}${others}`}.`,
      "Give the object id instead of the name.",
    );
  }
  const property = found?.state === "missing" ? found.property : undefined;
  return failedRow(
    `No object has the id or name in column ${role}.`,
    [
      "Check the spelling, or whether it was deleted.",
      "What this batch creates must be created in an earlier row.",
      ...(property === undefined ? [] : [`To find a user by ${property} takes User.Read.All.`]),
    ].join(" "),
  );
}

/** The verdict on a row if Graph refused the lookup of what a column names; `why` as Graph says it. */
export const notShown = (column: string, why: string): DecidedRow =>
  failedRow(
    `Graph refused to show what column ${column} names (${why}).`,
    "Give the object id instead of a name; if that fails too, see docs/errors.md for Graph's code.",
  );

/** The cause of a row that was skipped because one that it needs did not end well. */
export const BEHIND_FAILED = "needed row failed";

/** The verdict on a row that needs another, `named` so, which did not end well. */
export const skippedBehind = (
  named: string,
  needed: { readonly verdict: Verdict; readonly reason?: string | undefined },
): FinalVerdict => ({
  verdict: "skipped",
  reason: `${named}, which this one needs, ${wordOf(needed.verdict)}${needed.reason === undefined ? "." : `: ${needed.reason}`}`,
  fix: `See to that row and have it run again (rerun): this one goes with it.`,
  cause: BEHIND_FAILED,
});

const wordOf = (verdict: Verdict): string =>
  verdict === "failed" ? "failed" : verdict === "skipped" ? "was skipped" : `is ${verdict}`;
