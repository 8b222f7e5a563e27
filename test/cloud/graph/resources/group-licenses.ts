import type { Tenant } from "../app/tenant.ts";
import type { LicenseChange } from "../licenses/assign.ts";
import { setStates, statesOf, type AssignmentState } from "../licenses/assignment-states.ts";
import { violationOf } from "../licenses/plan-rules.ts";
import type { Entity, Values } from "../store/entity.ts";

/** How long the service takes to assign a group's licenses to its members, at speed 1. Our choice. */
const PROCESSING_MS = 2000;

const licensesOf = (group: Values): readonly Values[] =>
  (group["assignedLicenses"] as readonly Values[] | undefined) ?? [];

/** Sets a group's licenses; its members get them later (group-assignlicense: 202). */
export function assignToGroup(tenant: Tenant, group: Entity, change: LicenseChange): void {
  const replaced = new Set([...change.remove, ...change.add.map((entry) => entry.sku.skuId)]);
  tenant.directory.update(group, {
    assignedLicenses: [
      ...licensesOf(group.values).filter((license) => !replaced.has(String(license["skuId"]))),
      ...change.add.map((entry) => ({
        disabledPlans: entry.disabledPlans,
        skuId: entry.sku.skuId,
      })),
    ],
    licenseProcessingState: { state: "QueuedForProcessing" },
  });
  schedule(tenant, group);
}

/** Reassigns a group's licenses after its members changed. */
export function membershipChanged(tenant: Tenant, group: Entity): void {
  if (group.kind === "group" && licensesOf(group.values).length > 0) schedule(tenant, group);
}

function schedule(tenant: Tenant, group: Entity): void {
  tenant.later(PROCESSING_MS, () => {
    if (group.state === "live") process(tenant, group);
  });
}

/** Direct members only: members of nested groups get no licenses. */
function process(tenant: Tenant, group: Entity): void {
  const { directory } = tenant;
  const licenses = licensesOf(group.values);
  const members = new Set(
    [...directory.relations.members.targets(group.id)].map(([member]) => member),
  );
  const holders = tenant.licensedByGroup.get(group.id) ?? new Set<string>();
  for (const id of new Set([...members, ...holders])) {
    const user = directory.get(id);
    if (user?.kind !== "user" || user.state !== "live") continue;
    const others = statesOf(user.values).filter((state) => state.assignedByGroup !== group.id);
    const own = members.has(id) ? licenses : [];
    const states = own.reduce<readonly AssignmentState[]>(
      (so, license) => [...so, stateOf(tenant, group, so, license)],
      others,
    );
    setStates(tenant, user, states);
    if (own.length > 0) holders.add(id);
    else holders.delete(id);
  }
  tenant.licensedByGroup.set(group.id, holders);
  directory.update(group, {
    licenseProcessingState: { state: "ProcessingComplete" },
    hasMembersWithLicenseErrors: membersWithErrors(tenant, group).length > 0,
  });
}

function stateOf(
  tenant: Tenant,
  group: Entity,
  others: readonly AssignmentState[],
  license: Values,
): AssignmentState {
  const skuId = String(license["skuId"]);
  const sku = tenant.skus.find((one) => one.skuId === skuId);
  const held = others.some((state) => state.skuId === skuId && state.state === "Active");
  const seat = held || (sku !== undefined && sku.consumed < sku.enabled);
  const state: AssignmentState = {
    skuId,
    disabledPlans: (license["disabledPlans"] as readonly string[] | undefined) ?? [],
    assignedByGroup: group.id,
    state: "Active",
    error: "None",
    lastUpdatedDateTime: tenant.nowText(),
  };
  const error = seat ? violationOf(tenant, [...others, state])?.error : "CountViolation";
  return error === undefined ? state : { ...state, state: "Error", error };
}

/** The members to whom the group could not assign a license. */
export function membersWithErrors(tenant: Tenant, group: Entity): readonly Entity[] {
  return [...(tenant.licensedByGroup.get(group.id) ?? [])].flatMap((id) => {
    const user = tenant.directory.get(id);
    const failed =
      user?.state === "live" &&
      statesOf(user.values).some(
        (one) => one.assignedByGroup === group.id && one.state === "Error",
      );
    return user && failed ? [user] : [];
  });
}
