import type { ObjectId } from "../core/object-id.ts";
import type { Found } from "./operation.ts";
import type { FinalVerdict } from "./row.ts";

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
  found: Exclude<Found, { state: "found" } | { state: "coming" }> | undefined,
): DecidedRow {
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
