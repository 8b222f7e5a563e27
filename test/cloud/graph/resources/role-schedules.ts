import type { Answer } from "../http/answer.ts";
import { badRequest, denied, GraphError, notFound } from "../http/graph-error.ts";
import { contextOf } from "../odata/render.ts";
import type { ScopedAssignment } from "../roles/directory-roles.ts";
import { demandPerson } from "../rules/people-only.ts";
import type { Needs } from "../rules/permission.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { conflicting, demandRolePrincipal } from "./directory-roles.ts";
import { checkedBody, isBoolean, isText, isTextOrNull, oneOf, type Checks } from "./kept/body.ts";
import { resourceList } from "./resource-list.ts";
import {
  assignRole,
  assignmentsOf,
  roleAssignmentId,
  scopeIn,
  unassignRole,
} from "./role-assignments.ts";
import { roleDefinition } from "./role-definitions.ts";
import type { Route } from "./route.ts";

const SET = "roleManagement/directory";

/** Assignments that are active, and those that their holder may activate (Privileged Identity Management). */
type Kind = "Assignment" | "Eligibility";

const needs = (kind: Kind, access: "Read" | "ReadWrite"): Needs =>
  [access, "ReadWrite"].flatMap((one) => [
    `Role${kind}Schedule.${one}.Directory`,
    `RoleManagement.${one}.Directory`,
  ]);

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

const ACTIONS =
  "adminAssign adminUpdate adminRemove adminExtend adminRenew selfActivate selfDeactivate selfExtend selfRenew".split(
    " ",
  );

const CHECKS: Checks = {
  action: oneOf(...ACTIONS),
  appScopeId: isTextOrNull,
  customData: isTextOrNull,
  directoryScopeId: isText,
  isValidationOnly: isBoolean,
  justification: isTextOrNull,
  principalId: isText,
  roleDefinitionId: isText,
  scheduleInfo: isObject,
  targetScheduleId: isTextOrNull,
  ticketInfo: isObject,
};

const requests = (call: Call, kind: Kind): Map<string, Values> =>
  call.tenant.shelves.of(`role${kind}ScheduleRequests`);

const held = (call: Call, kind: Kind): readonly ScopedAssignment[] =>
  kind === "Eligibility" ? call.tenant.roles.eligible : assignmentsOf(call);

const isSame = (one: ScopedAssignment, other: ScopedAssignment): boolean =>
  one.roleId === other.roleId && one.principalId === other.principalId && one.scope === other.scope;

function give(call: Call, kind: Kind, one: ScopedAssignment): void {
  if (kind === "Assignment") assignRole(call, one);
  else call.tenant.roles.eligible.push(one);
}

function take(call: Call, kind: Kind, one: ScopedAssignment): void {
  if (kind === "Assignment") return unassignRole(call, one);
  const { eligible } = call.tenant.roles;
  eligible.splice(
    eligible.findIndex((other) => isSame(other, one)),
    1,
  );
}

/** The role, its holder and the scope that a request names. @throws GraphError 400, 404 */
function named(call: Call, given: Values): ScopedAssignment {
  const role = roleDefinition(call.tenant, String(given["roleDefinitionId"]));
  if (!role) throw notFound(String(given["roleDefinitionId"]));
  const principalId = String(given["principalId"]).toLowerCase();
  const principal = call.tenant.directory.get(principalId);
  if (principal?.state !== "live") throw notFound(principalId);
  demandRolePrincipal(principal);
  return { roleId: String(role["id"]), principalId, scope: scopeIn(call) };
}

const missingAssignment = () =>
  new GraphError(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.");

/**
 * People ask for themselves, and for a role that they are eligible for.
 * @throws GraphError 403 for an application or for somebody else's, 400 without the eligibility
 */
function demandOwn(call: Call, action: string, one: ScopedAssignment): void {
  demandPerson(call);
  if (one.principalId !== call.caller.principalId.toLowerCase()) throw denied();
  const isEligible = call.tenant.roles.eligible.some((other) => isSame(other, one));
  if (action === "selfActivate" && !isEligible) throw missingAssignment();
}

/**
 * A request of an administrator is carried out at once; times are kept and have no effect. People ask for
 * themselves only (rbacapplication-post-roleassignmentschedulerequests). @throws GraphError 400, 403, 404
 */
const request =
  (kind: Kind) =>
  (call: Call): Answer => {
    const given = checkedBody(call, `Role${kind}ScheduleRequest`, CHECKS, [
      "action",
      "directoryScopeId",
      "principalId",
      "roleDefinitionId",
    ]);
    const asked = String(given["action"]).toLowerCase();
    const action = ACTIONS.find((name) => name.toLowerCase() === asked) ?? asked;
    const one = named(call, given);
    if (action.startsWith("self")) demandOwn(call, action, one);
    const isHeld = held(call, kind).some((other) => isSame(other, one));
    const isRemoval = /remove|deactivate/i.test(action);
    if (isRemoval && !isHeld) throw badRequest("The role assignment does not exist.");
    const isNew = action === "adminAssign" || action === "selfActivate";
    if (isNew && isHeld) throw conflicting();
    // Only what is there can be changed, extended or renewed.
    if (!isNew && !isHeld) throw missingAssignment();
    if (given["isValidationOnly"] !== true) {
      if (isRemoval) take(call, kind, one);
      else if (!isHeld) give(call, kind, one);
    }
    const id = call.tenant.directory.newId();
    const now = call.tenant.nowText();
    const entry: Values = {
      id,
      status: isRemoval ? "Revoked" : "Provisioned",
      createdDateTime: now,
      completedDateTime: isRemoval ? null : now,
      approvalId: null,
      customData: null,
      action,
      principalId: one.principalId,
      roleDefinitionId: one.roleId,
      directoryScopeId: one.scope,
      appScopeId: null,
      isValidationOnly: false,
      targetScheduleId: isRemoval ? null : id,
      justification: null,
      ...given,
      createdBy: {
        application: null,
        device: null,
        user: { displayName: null, id: call.caller.principalId },
      },
      scheduleInfo: given["scheduleInfo"] ?? null,
      ticketInfo: given["ticketInfo"] ?? { ticketNumber: null, ticketSystem: null },
    };
    requests(call, kind).set(id, entry);
    return {
      status: 201,
      body: {
        "@odata.context": contextOf(
          call.root,
          `${SET}/role${kind}ScheduleRequests`,
          undefined,
          true,
        ),
        ...entry,
      },
    };
  };

/** The request that made an assignment, if one did. */
const madeBy = (call: Call, kind: Kind, one: ScopedAssignment): Values | undefined =>
  [...requests(call, kind).values()].findLast(
    (entry) =>
      entry["principalId"] === one.principalId &&
      entry["roleDefinitionId"] === one.roleId &&
      entry["directoryScopeId"] === one.scope &&
      entry["targetScheduleId"] !== null,
  );

const ENDLESS = {
  startDateTime: null,
  recurrence: null,
  expiration: { type: "noExpiration", endDateTime: null, duration: null },
};

const base = (one: ScopedAssignment): Values => ({
  principalId: one.principalId,
  roleDefinitionId: one.roleId,
  directoryScopeId: one.scope,
  appScopeId: null,
});

const schedule =
  (kind: Kind) =>
  (call: Call, one: ScopedAssignment): Values => {
    const made = madeBy(call, kind, one);
    return {
      id: made?.["id"] ?? roleAssignmentId(one),
      ...base(one),
      createdUsing: made?.["id"] ?? null,
      createdDateTime: made?.["createdDateTime"] ?? null,
      modifiedDateTime: null,
      status: "Provisioned",
      ...(kind === "Assignment" && { assignmentType: "Assigned" }),
      memberType: "Direct",
      scheduleInfo: made?.["scheduleInfo"] ?? ENDLESS,
    };
  };

const instance =
  (kind: Kind) =>
  (call: Call, one: ScopedAssignment): Values => {
    const made = madeBy(call, kind, one);
    const info = (made?.["scheduleInfo"] ?? ENDLESS) as Values;
    const times = {
      startDateTime: info["startDateTime"] ?? null,
      endDateTime: (info["expiration"] as Values | undefined)?.["endDateTime"] ?? null,
    };
    const own = roleAssignmentId(one);
    const from = made?.["id"] ?? own;
    return kind === "Assignment"
      ? {
          id: own,
          ...base(one),
          ...times,
          assignmentType: "Assigned",
          memberType: "Direct",
          roleAssignmentOriginId: own,
          roleAssignmentScheduleId: from,
        }
      : {
          id: `${own}-e`,
          ...base(one),
          ...times,
          memberType: "Direct",
          roleEligibilityScheduleId: from,
        };
  };

type Shown = (call: Call, one: ScopedAssignment) => Values;

function reads(
  kind: Kind,
  name: string,
  entries: (call: Call) => readonly Values[],
): readonly Route[] {
  const set = `${SET}/role${kind}${name}`;
  const path = `/${set}`;
  return [
    {
      method: "GET",
      path,
      needs: needs(kind, "Read"),
      handle: (call) => resourceList(call, set, entries(call), { filterable: true }),
    },
    {
      method: "GET",
      path: `${path}/:entry`,
      needs: needs(kind, "Read"),
      handle: (call): Answer => {
        const id = call.params["entry"] ?? "";
        const entry = entries(call).find((one) => one["id"] === id);
        if (!entry) throw notFound(id);
        return {
          status: 200,
          body: { "@odata.context": contextOf(call.root, set, undefined, true), ...entry },
        };
      },
    },
  ];
}

const routesOf = (kind: Kind): readonly Route[] => {
  const all =
    (show: Shown) =>
    (call: Call): readonly Values[] =>
      held(call, kind).map((one) => show(call, one));
  return [
    ...reads(kind, "Schedules", all(schedule(kind))),
    ...reads(kind, "ScheduleInstances", all(instance(kind))),
    ...reads(kind, "ScheduleRequests", (call) => [...requests(call, kind).values()]),
    {
      method: "POST",
      path: `/${SET}/role${kind}ScheduleRequests`,
      needs: needs(kind, "ReadWrite"),
      body: "required",
      handle: request(kind),
    },
  ];
};

export const roleScheduleRoutes: readonly Route[] = [
  ...routesOf("Assignment"),
  ...routesOf("Eligibility"),
];
