import type { Found } from "../../catalogue/operation.ts";
import { aliasKey } from "../../catalogue/reference.ts";
import type { PendingWrite, Properties, ReadyWrite } from "../../catalogue/row.ts";
import type { PendingTargets, Targets } from "../../catalogue/target.ts";

/** Of a group, what refusals and looks say. */
export const madeGroup = {
  noun: "group",
  names: "uniqueName or mailNickname",
  links: ["owners"],
} as const;

/** The names by which rows can name a group, beside its id. */
const NAMES = ["uniqueName", "mailNickname", "displayName"] as const;

/** The keys of the names among these values: writes that give or free a name go one after the other. */
export const groupNameKeys = (values: Properties): readonly string[] =>
  NAMES.flatMap((name) => {
    const value = values[name];
    return typeof value === "string" ? [aliasKey("group", name, value)] : [];
  });

/** The write that changes the group: which group, and which other writes it excludes. */
export function groupWrite(
  found: Extract<Found, { state: "found" | "coming" }>,
  set?: Properties,
): ReadyWrite<Targets["object"]> | PendingWrite<PendingTargets["object"]> {
  const changes = set === undefined ? {} : { set };
  const names = groupNameKeys(set ?? {});
  if (found.state === "found") {
    return {
      target: { kind: "object", type: "group", object: found.id },
      ...changes,
      keys: [`object:${found.id}`, ...names],
    };
  }
  return {
    target: { kind: "pending-object", type: "group" },
    ...changes,
    keys: [found.key ?? `created:${found.row}`, ...names],
    idFromRow: { row: found.row, role: "object" },
  };
}
