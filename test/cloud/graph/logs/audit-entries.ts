import type { Tenant } from "../app/tenant.ts";
import { isUnified } from "../rules/membership.ts";
import type { DirectoryChange } from "../store/directory.ts";
import { resourceNameOf, type Entity, type Values } from "../store/entity.ts";
import {
  EDGE_ACTIVITIES,
  GROUP_LICENSES,
  LONE_ACTIVITIES,
  OBJECT_ACTIVITIES,
  OTHER_ACTIVITIES,
  USER_ACTIVITIES,
  type Activity,
} from "./activities.ts";
import type { Audited, Operation, OtherChange } from "./audit-log.ts";

/** One line of the log: what happened to what. */
interface Line {
  readonly activity: Activity;
  readonly targets: readonly Values[];
}

/** Values that follow from others, and the passwords' dates: no property that somebody set. */
const DERIVED = new Set([
  "assignedPlans",
  "createdDateTime",
  "identities",
  "isManagementRestricted",
  "lastPasswordChangeDateTime",
  "licenseAssignmentStates",
  "signInSessionsValidFromDateTime",
]);

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const listed = (value: unknown): string =>
  JSON.stringify(value === undefined || value === null ? [] : [value].flat());

type Modified = readonly Values[];

/** Each property that changed, and their names as the last entry, as seen in exported logs. */
function modifiedBy({ entity, before = {}, after = {} }: DirectoryChange): Modified {
  const names = Object.keys(after).filter(
    (name) => !DERIVED.has(name) && listed(before[name]) !== listed(after[name]),
  );
  if (names.length === 0) return [];
  const { userType } = entity.values;
  return [
    ...names.map((name) => ({
      displayName: pascal(name),
      oldValue: listed(before[name]),
      newValue: listed(after[name]),
    })),
    property("Included Updated Properties", names.map(pascal).join(", ")),
    ...(entity.kind === "user" && typeof userType === "string"
      ? [property("TargetId.UserType", userType)]
      : []),
  ];
}

const property = (displayName: string, value: unknown): Values => ({
  displayName,
  oldValue: null,
  newValue: JSON.stringify(value ?? ""),
});

function target(entity: Entity, modifiedProperties: Modified = []): Values {
  const { kind, values, id } = entity;
  return {
    id,
    displayName: values["displayName"] ?? null,
    type: kind === "directoryRole" ? "Role" : resourceNameOf(kind),
    userPrincipalName: kind === "user" ? (values["userPrincipalName"] ?? null) : null,
    groupType: kind === "group" ? (isUnified(values) ? "unifiedGroups" : "azureAD") : null,
    modifiedProperties,
  };
}

const PREFIX: Readonly<Record<string, string>> = {
  group: "Group",
  directoryRole: "Role",
  administrativeUnit: "AdministrativeUnit",
};

/** The member or owner first, with the holder's names as its changes, then the holder. */
function edgeLines(tenant: Tenant, change: DirectoryChange): readonly Line[] {
  const { entity, relation = "", what } = change;
  const activity = EDGE_ACTIVITIES[`${entity.kind} ${relation} ${what}`];
  if (activity === undefined) return [];
  const other = tenant.directory.get(change.target ?? "");
  const prefix = PREFIX[entity.kind] ?? pascal(entity.kind);
  const names: readonly (readonly [string, unknown])[] = [
    [`${prefix}.ObjectID`, entity.id],
    [`${prefix}.DisplayName`, entity.values["displayName"]],
    ...(entity.kind === "directoryRole"
      ? [[`${prefix}.TemplateId`, entity.values["roleTemplateId"]] as const]
      : []),
  ];
  const modified = names.map(([displayName, value]): Values => {
    const text = JSON.stringify(value ?? "");
    const isAdded = what === "linked";
    return { displayName, oldValue: isAdded ? null : text, newValue: isAdded ? text : null };
  });
  return [{ activity, targets: [...(other ? [target(other, modified)] : []), target(entity)] }];
}

function userLines(change: DirectoryChange): readonly Line[] {
  const { entity, before = {}, after = {} } = change;
  const line = (activity: Activity, modified: Modified = []): Line => ({
    activity,
    targets: [target(entity, modified)],
  });
  const names = Object.keys(after);
  if (names.includes("licenseAssignmentStates")) {
    return [line(USER_ACTIVITIES.licenses, modifiedBy(change))];
  }
  if (names.every((name) => name === "isManagementRestricted")) return [];
  if (names.every((name) => name === "signInSessionsValidFromDateTime")) {
    return [line(USER_ACTIVITIES.sessions)];
  }
  const lines: Line[] = [];
  const { accountEnabled } = after;
  if (accountEnabled !== undefined && accountEnabled !== before["accountEnabled"]) {
    const isEnabled = accountEnabled === true;
    const modified = modifiedBy({ ...change, after: { accountEnabled } });
    lines.push(line(isEnabled ? USER_ACTIVITIES.enabled : USER_ACTIVITIES.disabled, modified));
  }
  if (names.includes("lastPasswordChangeDateTime")) lines.push(line(USER_ACTIVITIES.password));
  const modified = modifiedBy(change);
  if (modified.length > 0 || lines.length === 0) {
    lines.unshift(line(OBJECT_ACTIVITIES["user updated"] as Activity, modified));
  }
  return lines;
}

function objectLines(change: DirectoryChange, { route }: Operation): readonly Line[] {
  const { entity, what, after = {} } = change;
  if (what === "updated" && entity.kind === "user") return userLines(change);
  if (what === "updated" && "assignedLicenses" in after) {
    return [{ activity: GROUP_LICENSES, targets: [target(entity, modifiedBy(change))] }];
  }
  // The registry's entries are purged whenever they are gone; only this route deletes for good.
  const isApplication = entity.kind === "application" || entity.kind === "servicePrincipal";
  if (isApplication && what === "purged" && !route.startsWith("DELETE /directory/deletedItems"))
    return [];
  const activity = OBJECT_ACTIVITIES[`${entity.kind} ${what}`];
  if (activity === undefined) return [];
  const made = { activity, targets: [target(entity, modifiedBy(change))] };
  const isInvitation = what === "created" && route === "POST /invitations";
  return isInvitation
    ? [made, { activity: USER_ACTIVITIES.invited, targets: [target(entity)] }]
    : [made];
}

function otherLines(
  tenant: Tenant,
  { params, body, made = {} }: OtherChange,
  { route }: Operation,
): readonly Line[] {
  const activity = OTHER_ACTIVITIES[route] ?? LONE_ACTIVITIES[route];
  if (activity === undefined) return [];
  const named = [made["principalId"], body["principalId"], body["clientId"]].filter(
    (id) => id !== undefined && id !== null,
  );
  const ids = [made["id"], made["resourceId"], ...named, ...Object.values(params)];
  const objects = new Set(
    ids.flatMap((id) => tenant.directory.get(typeof id === "string" ? id : "") ?? []),
  );
  return [{ activity, targets: [...objects].map((entity) => target(entity)) }];
}

function linesOf(tenant: Tenant, { change, operation }: Audited): readonly Line[] {
  if (change.what === "operation") return otherLines(tenant, change, operation);
  if (change.what === "linked" || change.what === "unlinked") return edgeLines(tenant, change);
  return objectLines(change, operation);
}

function initiator(tenant: Tenant, { caller }: Operation): Values {
  if (caller.scopes === undefined) {
    const displayName = tenant.registry.servicePrincipal(tenant.id, caller.appId)?.displayName;
    return {
      user: null,
      app: {
        appId: caller.appId,
        displayName: displayName ?? null,
        servicePrincipalId: caller.principalId,
        servicePrincipalName: null,
      },
    };
  }
  const person = tenant.directory.get(caller.principalId)?.values;
  return {
    user: {
      id: caller.principalId,
      displayName: person?.["displayName"] ?? null,
      userPrincipalName: person?.["userPrincipalName"] ?? null,
      ipAddress: "127.0.0.1",
    },
    app: null,
  };
}

/** The entries for one change, as Graph shows them (directoryaudit-list). */
export function auditEntries(tenant: Tenant, audited: Audited, number: number): readonly Values[] {
  const { operation, atMs } = audited;
  return linesOf(tenant, audited).map(({ activity, targets }, index) => ({
    id: `Directory_${operation.correlationId}_LOCAL_${number}${index}`,
    category: activity.category,
    correlationId: operation.correlationId,
    result: "success",
    resultReason: "",
    activityDisplayName: activity.name,
    activityDateTime: new Date(atMs).toISOString(),
    loggedByService: activity.service ?? "Core Directory",
    operationType: activity.operationType,
    initiatedBy: initiator(tenant, operation),
    targetResources: targets,
    additionalDetails:
      operation.userAgent === undefined ? [] : [{ key: "User-Agent", value: operation.userAgent }],
  }));
}
