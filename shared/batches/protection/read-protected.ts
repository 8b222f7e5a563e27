import { type GraphAnswer, type GraphRead } from "../../core/graph-request.ts";
import type { ObjectId } from "../../core/object-id.ts";
import { listedIds } from "../../core/sets/listed-ids.ts";
import { completeSet, partialSet, type ReadSet } from "../../core/sets/read-set.ts";
import type { Graph } from "../../graph/types.ts";
import { readSet } from "../../graph/whole-set.ts";
import type { ProtectedSet } from "../../guards/protected.ts";

/** What the settings protect in one tenant. */
export interface ProtectionRule {
  readonly objects: readonly ObjectId[];
  /** Groups whose members are emergency accounts and the like, with the groups in them. */
  readonly groups: readonly ObjectId[];
  /** An OData filter of users; empty for none. */
  readonly filter: string;
  /** Whether holders of directory roles and role-assignable groups are looked up. */
  readonly roleHolders: boolean;
  /** The object id of this application's service principal; absent if the token does not say. */
  readonly own: ObjectId | undefined;
}

/** One list of ids in Graph, and why what is in it is protected. */
interface Listing {
  readonly why: string;
  readonly read: GraphRead;
  /** The property with the id. */
  readonly id: "id" | "principalId";
  readonly permission: string;
}

/**
 * Reads what is protected, in one `$batch` unless a list has further pages. What Graph refuses or cuts
 * short is a partial set, so that nothing counts as not protected because of it.
 *
 * @throws OperatorError READ_INCOMPLETE, disposition `retry`, if asking again can help.
 */
export async function readProtected(
  graph: Graph,
  rule: ProtectionRule,
): Promise<readonly ProtectedSet[]> {
  const { own, objects, groups } = rule;
  const ownIds = own === undefined ? partialSet<ObjectId>([], NO_OID) : completeSet([own]);
  const known: ProtectedSet[] = [
    { why: "is in PROTECTED_OBJECTS", ids: completeSet(objects), covers: "changed" },
    { why: "is in PROTECTED_GROUPS", ids: completeSet(groups), covers: "changed" },
    { why: "is this application itself", ids: ownIds, covers: "member" },
  ];
  const listings = [
    ...groups.map(membersOf),
    ...(rule.filter === "" ? [] : [filtered(rule.filter)]),
    ...(rule.roleHolders ? [roleHolders, eligible, roleAssignable] : []),
  ];
  const read = await readListings(graph, listings);
  const sets = read.map((ids, at): ProtectedSet => ({
    why: listings[at]!.why,
    ids,
    covers: "changed",
  }));
  return [...known, ...sets, ...(await membersOfHolders(graph, rule, sets))];
}

/** Whoever is in a group that holds a role, or is eligible for one, holds it. */
async function membersOfHolders(
  graph: Graph,
  { roleHolders: isOn }: ProtectionRule,
  sets: readonly ProtectedSet[],
): Promise<readonly ProtectedSet[]> {
  if (!isOn) return [];
  const [holders, candidates, groups] = sets.slice(-3).map(({ ids }) => ids);
  const why = "is in a group that holds a directory role or is eligible for one";
  if (!holders || !candidates || !groups) return [];
  if (groups.kind === "partial")
    return [{ why, ids: partialSet([], groups.why), covers: "changed" }];
  const holding = [...groups].filter((group) =>
    [holders, candidates].some((set) => set.kind === "partial" || set.has(group)),
  );
  const listings = holding.map(membersOf);
  const read = await readListings(graph, listings);
  return read.map((ids): ProtectedSet => ({ why, ids, covers: "changed" }));
}

/** The first page of every list in one go; a list that has more is read again to its end. */
async function readListings(
  graph: Graph,
  listings: readonly Listing[],
): Promise<ReadSet<ObjectId>[]> {
  const answers = await graph.readAll(listings.map(({ read }) => read));
  const sets: ReadSet<ObjectId>[] = [];
  for (const [at, listing] of listings.entries()) {
    sets.push(await readListing(graph, listing, answers[at]));
  }
  return sets;
}

async function readListing(
  graph: Graph,
  { read, id, permission }: Listing,
  answer: GraphAnswer | undefined,
): Promise<ReadSet<ObjectId>> {
  // Without Entra ID P2 a tenant has no eligible assignments, and loses those that it had.
  if (answer?.error?.code === "AadPremiumLicenseRequired") return completeSet([]);
  const set =
    answer?.status === 200 ? await wholeOf(graph, read, id, answer) : listedIds(answer, id);
  if (set.kind === "complete") return set;
  const needs = /\b40[13]\b/.test(set.why) ? `; it takes ${permission}` : "";
  return { ...set, why: `the list could not be read to its end (${set.why}${needs})` };
}

async function wholeOf(
  graph: Graph,
  read: GraphRead,
  id: Listing["id"],
  answer: GraphAnswer,
): Promise<ReadSet<ObjectId>> {
  const first = listedIds(answer, id);
  return first.kind === "complete" ? first : readSet(graph, read, id);
}

const membersOf = (group: ObjectId): Listing => ({
  why: `is a member of the protected group ${group}`,
  read: { method: "GET", url: `/groups/${group}/transitiveMembers?$select=id&$top=999` },
  id: "id",
  permission: "GroupMember.Read.All",
});

/** Advanced queries take the header and `$count` (Graph reference, aad-advanced-queries). */
const filtered = (filter: string): Listing => ({
  why: "matches PROTECTED_FILTER",
  read: {
    method: "GET",
    url: `/users?$filter=${encodeURIComponent(filter)}&$select=id&$top=999&$count=true`,
    headers: { ConsistencyLevel: "eventual" },
  },
  id: "id",
  permission: "User.Read.All",
});

const ROLES = "RoleManagement.Read.Directory";

const roleHolders: Listing = {
  why: "holds a directory role",
  read: { method: "GET", url: "/roleManagement/directory/roleAssignments?$select=principalId" },
  id: "principalId",
  permission: ROLES,
};

const eligible: Listing = {
  why: "is eligible for a directory role",
  read: {
    method: "GET",
    url: "/roleManagement/directory/roleEligibilityScheduleInstances?$select=principalId",
  },
  id: "principalId",
  permission: ROLES,
};

const roleAssignable: Listing = {
  why: "is role-assignable",
  read: {
    method: "GET",
    url: "/groups?$filter=isAssignableToRole%20eq%20true&$select=id&$top=999",
  },
  id: "id",
  permission: "GroupMember.Read.All",
};

const NO_OID = "the access token does not say which service principal it is for";
