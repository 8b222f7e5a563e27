import type { Lookup } from "../../catalogue/operation.ts";
import { isGuid } from "../../core/object-id.ts";
import type { Directory } from "../plan/lookups/lookups.ts";
import type { MemberRow, ResolvedRow } from "./member-row.ts";

/**
 * Looks up the groups and members of some rows.
 *
 * @throws as `Directory.lookUp`
 */
export async function resolveRows(
  directory: Directory,
  rows: readonly MemberRow[],
): Promise<readonly ResolvedRow[]> {
  const found = await directory.lookUp(
    rows.flatMap(({ group, members }) => [
      ...(isName(group) ? [lookupOf("group", group)] : []),
      ...members.map(memberLookup),
    ]),
  );
  const groupOf = (ref: string): string | undefined => {
    const one = isName(ref) ? found(lookupOf("group", ref)) : undefined;
    return one?.state === "found" ? one.id : undefined;
  };
  const memberOf = (ref: string): string | null => {
    const one = found(memberLookup(ref));
    if (one.state === "found") return one.id;
    // An object of a kind that this application may not read is there all the same.
    return isGuid(ref) && one.state !== "missing" ? ref.toLowerCase() : null;
  };
  return rows.map(({ row, group, members }) => ({
    row,
    group: groupOf(group),
    members: members.map(memberOf),
  }));
}

/** Whether it can name an object; a row that cannot be used may have anything there. */
const isName = (ref: string): boolean => ref !== "" && ref.length <= 1_024;

const memberLookup = (ref: string): Lookup =>
  isGuid(ref) ? { kind: "object", ref, select: ["id"] } : lookupOf("user", ref);

const lookupOf = (kind: "group" | "user", ref: string): Lookup => ({ kind, ref, select: ["id"] });
