import { badRequest, denied, GraphError } from "../http/graph-error.ts";
import { boundObjects, type Bound } from "../rules/bindings.ts";
import { checkExtensionValues } from "../rules/extension-values.ts";
import {
  checkGroupValues,
  demandFreeGroupNames,
  securityIdentifierOf,
} from "../rules/group-values.ts";
import {
  demandFitMember,
  demandFitOwner,
  demandWritableEdges,
  exchangeManaged,
  isDynamic,
  isExchangeManaged,
  isUnified,
} from "../rules/membership.ts";
import { nameProblems } from "../rules/naming-policy.ts";
import { demand, holds, READ_APPLICATIONS, READ_USERS, WRITE_GROUPS } from "../rules/permission.ts";
import { directoryRolesOf } from "../rules/person-roles.ts";
import { demandRoom } from "../rules/quota.ts";
import { onPremisesMastered } from "../rules/user-values.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { membershipChanged } from "./group-licenses.ts";
import { invalidValue } from "./resolve.ts";

/** resources/group: at most 100 owners. */
const MOST_OWNERS = 100;

export const alreadyThere = (relation: "members" | "owners") =>
  badRequest(
    `One or more added object references already exist for the following modified properties: '${relation}'.`,
  );

/** @throws GraphError 403 Directory_QuotaExceeded if a group would have more than 100 owners. */
export function demandOwnerQuota(call: Call, group: Entity, more: number): void {
  const owners = call.tenant.directory.relations.owners.sizeOf(group.id) + more;
  if (owners > MOST_OWNERS) {
    throw new GraphError(
      403,
      "Directory_QuotaExceeded",
      `Unable to perform operation as '${owners}' would exceed the maximum quota count '${MOST_OWNERS}' for forward-link 'owners'.`,
    );
  }
}

function link(call: Call, group: Entity, bound: Bound): void {
  const { directory } = call.tenant;
  for (const member of bound.members) directory.link("members", group, member.id);
  for (const owner of bound.owners) directory.link("owners", group, owner.id);
  if (bound.members.length > 0) membershipChanged(call.tenant, group);
}

/** Creates a group from the body. @throws GraphError 400, 403, 404 */
export function createGroup(call: Call, given: Values): Entity {
  const { tenant, caller, body } = call;
  demandValues("group", body, ["displayName", "mailEnabled", "mailNickname", "securityEnabled"]);
  const values: Record<string, unknown> = { ...checkedValues("group", body, "create"), ...given };
  checkExtensionValues(call, "group", values);
  checkGroupValues(values);
  demandFreeGroupNames(call, values);
  demandNamingPolicy(call, values);
  if (values["isAssignableToRole"] === true) {
    demand(caller, ["RoleManagement.ReadWrite.Directory"]);
  }
  const bound = boundObjects(call);
  if (!holds(caller, WRITE_GROUPS)) [...bound.members, ...bound.owners].forEach(readableBy(call));
  demandOtherOwners(call, bound);
  if (bound.members.length > 0 && isDynamic(values)) throw denied();
  const id = tenant.directory.newId();
  const unified = isUnified(values);
  const mail = unified ? `${String(values["mailNickname"])}@${tenant.defaultDomain}` : undefined;
  const now = tenant.nowText();
  const proposed: Values = {
    createdDateTime: now,
    renewedDateTime: now,
    groupTypes: [],
    securityIdentifier: securityIdentifierOf(id),
    ...(mail !== undefined && { mail, proxyAddresses: [`SMTP:${mail}`] }),
    ...(unified && { visibility: "Public" }),
    // Groups that can hold roles are always private (resources/group, visibility).
    ...(values["isAssignableToRole"] === true && { visibility: "Private" }),
    ...(isDynamic(values) && { membershipRuleProcessingState: "On" }),
    ...values,
  };
  for (const member of bound.members) demandFitMember(call, proposed, member);
  for (const owner of bound.owners) demandFitOwner(owner);
  demandRoom(tenant);
  const group = tenant.directory.create("group", proposed, id);
  link(call, group, bound);
  if (isOwnedByCreator(call, unified, bound))
    tenant.directory.link("owners", group, caller.principalId);
  return group;
}

/** With Group.Create alone only objects that the application may read, and itself (group-post-groups). */
const readableBy =
  ({ caller }: Call) =>
  ({ id, kind }: Entity): void => {
    if (id === caller.principalId.toLowerCase()) return;
    demand(caller, kind === "servicePrincipal" ? READ_APPLICATIONS : READ_USERS);
  };

/** Names of Microsoft 365 groups have the tenant's prefix and suffix (groups-naming-policy). @throws GraphError 400 */
function demandNamingPolicy({ tenant, caller }: Call, values: Values): void {
  if (!isUnified(values)) return;
  const { displayName, mailNickname } = values;
  const [problem] = nameProblems(tenant, { displayName, mailNickname }, caller.principalId);
  if (problem) throw badRequest(problem.message, [problem]);
}

/** A person without a directory role. */
const isPlainPerson = (call: Call): boolean =>
  call.caller.scopes !== undefined && directoryRolesOf(call).size === 0;

/** Whoever has no directory role cannot name themselves as owner (known-issues, groups). @throws GraphError 400 */
function demandOtherOwners(call: Call, { owners }: Bound): void {
  const self = call.caller.principalId.toLowerCase();
  if (isPlainPerson(call) && owners.some(({ id }) => id === self))
    throw badRequest("Request contains a property with duplicate values.");
}

/**
 * The person who creates a group owns it: without a directory role also a security group for which others are
 * named, with one only a Microsoft 365 group (group-post-groups; known-issues, groups).
 */
function isOwnedByCreator(call: Call, unified: boolean, { owners }: Bound): boolean {
  if (call.caller.scopes === undefined) return false;
  return isPlainPerson(call) ? owners.length === 0 || !unified : owners.length === 0 && unified;
}

/** Sets a group's values and adds members and owners, all or nothing. @throws GraphError 400, 403, 404 */
export function updateGroup(call: Call, group: Entity): void {
  const { directory } = call.tenant;
  const values = checkedValues("group", call.body, "update", group.values);
  checkExtensionValues(call, "group", values);
  const bound = boundObjects(call);
  demandOtherOwners(call, bound);
  if (group.values["isManagementRestricted"] === true) throw denied();
  if (Object.keys(values).length > 0) checkChange(call, group, values);
  if (bound.members.length > 0) demandWritableEdges(call, group, "members");
  if (bound.owners.length > 0) demandWritableEdges(call, group, "owners");
  for (const member of bound.members) demandFitMember(call, group.values, member);
  for (const owner of bound.owners) demandFitOwner(owner);
  demandOwnerQuota(call, group, bound.owners.length);
  for (const name of ["members", "owners"] as const) {
    const ids = bound[name].map((entity) => entity.id);
    const repeated = new Set(ids).size < ids.length;
    if (repeated || ids.some((id) => directory.relations[name].has(group.id, id))) {
      throw alreadyThere(name);
    }
  }
  if (Object.keys(values).length > 0) directory.update(group, values);
  link(call, group, bound);
}

function checkChange(call: Call, group: Entity, values: Values): void {
  if (group.values["onPremisesSyncEnabled"] === true) throw onPremisesMastered();
  if (isExchangeManaged(group.values)) throw exchangeManaged();
  if (group.values["isAssignableToRole"] === true) {
    demand(call.caller, ["RoleManagement.ReadWrite.Directory"]);
  }
  // uniqueName can be set once (group-upsert).
  const unique = group.values["uniqueName"];
  if (
    values["uniqueName"] !== undefined &&
    typeof unique === "string" &&
    values["uniqueName"] !== unique
  ) {
    throw badRequest("Property 'uniqueName' is read-only and cannot be set.");
  }
  // HiddenMembership is set at creation only (resources/group, visibility).
  const { visibility } = values;
  if (visibility === "HiddenMembership" && group.values["visibility"] !== visibility) {
    throw invalidValue("group", "visibility");
  }
  const merged = { ...group.values, ...values };
  checkGroupValues(merged);
  demandFreeGroupNames(call, values, group);
}
