import type { Found } from "../../catalogue/operation.ts";
import type { Payload } from "../../catalogue/payload.ts";
import type { PendingWrite, Properties, ReadyWrite } from "../../catalogue/row.ts";
import type { PendingTargets, Targets } from "../../catalogue/target.ts";

/** The user whom a row names. @throws TypeError if the row has no such column */
export function userOf({ user }: Payload): string {
  if (typeof user !== "string") throw new TypeError("the row names no user");
  return user;
}

/** The write that changes the user of this reference: which user, and which other writes it excludes. */
export function userWrite(
  ref: string,
  found: Extract<Found, { state: "found" | "coming" }>,
  set?: Properties,
): ReadyWrite<Targets["user"]> | PendingWrite<PendingTargets["user"]> {
  const newName = set?.["userPrincipalName"];
  const names = typeof newName === "string" ? [`upn:${newName.toLowerCase()}`] : [];
  const changes = set === undefined ? {} : { set };
  if (found.state === "found") {
    return {
      target: { kind: "user", user: found.id },
      ...changes,
      keys: [`object:${found.id}`, ...names],
    };
  }
  return {
    target: { kind: "pending-user" },
    ...changes,
    keys: [found.key ?? `upn:${ref.toLowerCase()}`, ...names],
    idFromRow: { row: found.row, role: "user" },
  };
}
