import type { Call } from "../resources/call.ts";
import type { Entity } from "../store/entity.ts";
import { has } from "./permission.ts";
import { directoryRolesOf } from "./person-roles.ts";

/** The role permission that shows them to a person (group-list-members, administrativeunit-list-members). */
const BY_ROLE: Readonly<Partial<Record<Entity["kind"], string>>> = {
  group: "groups/hiddenMembers/read",
  administrativeUnit: "administrativeUnits/allProperties/read",
};

/**
 * Whether the caller sees who is in a group or unit. Hidden memberships need Member.Read.Hidden, whatever
 * else the caller may read; without it lists are empty, and the group is missing where memberships are
 * told (microsoft-graph-docs#12552, #12285). A person must besides belong to it, own it, or have a role.
 */
export function seesMembersOf(call: Call, holder: Entity): boolean {
  if (holder.values["visibility"] !== "HiddenMembership") return true;
  const { caller, tenant } = call;
  if (!has(caller, "Member.Read.Hidden")) return false;
  if (caller.scopes === undefined) return true;
  const person = caller.principalId.toLowerCase();
  const { members, owners } = tenant.directory.relations;
  if (members.has(holder.id, person) || owners.has(holder.id, person)) return true;
  const action = BY_ROLE[holder.kind];
  return action !== undefined && tenant.roles.allow(directoryRolesOf(call, holder), action);
}
