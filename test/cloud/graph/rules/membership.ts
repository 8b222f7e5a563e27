import { badRequest, denied } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import { resourceNameOf, type Entity, type Values } from "../store/entity.ts";
import { demand, READ_DEVICES, type Needs } from "./permission.ts";
import { onPremisesMastered } from "./user-values.ts";

const strings = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const isDynamic = (group: Values): boolean =>
  strings(group["groupTypes"]).includes("DynamicMembership");

export const isUnified = (group: Values): boolean =>
  strings(group["groupTypes"]).includes("Unified");

/** Distribution lists and mail-enabled security groups: Exchange manages them, not Graph. */
export const isExchangeManaged = (group: Values): boolean =>
  group["mailEnabled"] === true && !isUnified(group);

/** The answer to a change of such a group (microsoft-graph-docs#14827). */
export const exchangeManaged = () =>
  badRequest("Cannot Update a mail-enabled security groups and or distribution list.");

/** What a member's kind needs in addition to the permission to write members (group-post-members). For a device a
 * person's application has to read it only. */
const BESIDES: Readonly<Partial<Record<Entity["kind"], Needs>>> = {
  device: ["Device.ReadWrite.All", "Directory.ReadWrite.All"],
  servicePrincipal: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
  orgContact: ["OrgContact.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
};

/**
 * Whether the caller may change this group's `members` or `owners` at all.
 * @throws GraphError 403 for a dynamic or restricted group and for a role-assignable one without
 * RoleManagement.ReadWrite.Directory; 400 for one mastered on premises or managed by Exchange.
 */
export function demandWritableEdges(
  call: Call,
  group: Entity,
  relation: "members" | "owners",
): void {
  const { values } = group;
  if (values["onPremisesSyncEnabled"] === true && relation === "members")
    throw onPremisesMastered();
  if (isExchangeManaged(values)) throw exchangeManaged();
  if (isDynamic(values) && relation === "members") throw denied();
  if (values["isAssignableToRole"] === true) {
    demand(call.caller, ["RoleManagement.ReadWrite.Directory"]);
  }
  if (values["isManagementRestricted"] === true) throw denied();
}

const IN_SECURITY_GROUPS = new Set(["user", "group", "device", "servicePrincipal", "orgContact"]);

/**
 * Whether `member` may be in `group`: Microsoft 365 groups take users only, security groups take
 * users, security groups, devices, service principals and contacts (resources/group, members).
 * @throws GraphError 403, 400
 */
export function demandFitMember(call: Call, group: Values, member: Entity): void {
  const besides =
    member.kind === "device" && call.caller.scopes !== undefined
      ? READ_DEVICES
      : BESIDES[member.kind];
  if (besides) demand(call.caller, besides);
  const fits = isUnified(group)
    ? member.kind === "user"
    : IN_SECURITY_GROUPS.has(member.kind) && (member.kind !== "group" || !isUnified(member.values));
  if (!fits)
    throw badRequest("Invalid value specified for property 'members' of resource 'Group'.");
}

/** Owners are users or service principals, at most 100 (resources/group, owners). */
export function demandFitOwner(owner: Entity): void {
  if (owner.kind !== "user" && owner.kind !== "servicePrincipal") {
    // Seen for an application (Azure/azure-cli#12946).
    const type = resourceNameOf(owner.kind);
    throw badRequest(
      `The reference target '${type}_${owner.id}' of type '${type}' is invalid for the 'owners' reference.`,
    );
  }
}
