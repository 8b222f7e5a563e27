import type { Decision, Found } from "./operation.ts";

/** A row that fails while it is planned, with nothing sent. */
export const failedRow = (reason: string, fix: string): Decision => ({
  settled: { verdict: "failed", reason, fix },
});

/** A row whose change is in place already. */
export const unchangedRow = (reason: string, objectId: string): Decision => ({
  settled: { verdict: "unchanged", reason, objectId },
});

/** Says why a row's object cannot be used, for a lookup that did not find exactly one. */
export function notFound(
  role: string,
  found: Exclude<Found, { state: "found" } | { state: "coming" }> | undefined,
): Decision {
  if (found?.state === "ambiguous") {
    return failedRow(
      `More than one object has the name in column ${role}.`,
      "Give the object id instead of the name.",
    );
  }
  return failedRow(
    `No object has the id or name in column ${role}.`,
    role === "group"
      ? "Check the spelling, or whether it was deleted."
      : "Check the spelling, or whether it was deleted. A user that this batch creates must be created in an earlier row.",
  );
}
