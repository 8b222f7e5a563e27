import { noContent, type Answer } from "../http/answer.ts";
import { badRequest, denied, GraphError, notFound } from "../http/graph-error.ts";
import { isSameAssignment, type ScopedAssignment } from "../roles/directory-roles.ts";
import { demandPerson } from "../rules/people-only.ts";
import { isObject, type Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { conflicting, demandRolePrincipal } from "./directory-roles.ts";
import { checkedBody, isBoolean, isText, isTextOrNull, oneOf, type Checks } from "./kept/body.ts";
import { shownEntry } from "./kept/shelf-routes.ts";
import { assignmentsOf, scopeIn } from "./role-assignments.ts";
import { roleDefinition } from "./role-definitions.ts";

/** Where roles are managed. */
export const SET = "roleManagement/directory";

/** Assignments that are active, and those that their holder may activate (Privileged Identity Management). */
export type Kind = "Assignment" | "Eligibility";

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

/** The requests of this kind so far, by id. */
export const requests = (call: Call, kind: Kind): Map<string, Values> =>
  call.tenant.shelves.of(`role${kind}ScheduleRequests`);

/** What principals have now, or may activate. */
export const held = (call: Call, kind: Kind): readonly ScopedAssignment[] =>
  kind === "Eligibility" ? call.tenant.roles.eligible : assignmentsOf(call);

/** What principals have, may activate, or will. */
export const heldOrPlanned = (call: Call, kind: Kind): readonly ScopedAssignment[] => [
  ...held(call, kind),
  ...call.tenant.roles.timed
    .filter(({ isEligibility, isGiven }) => isEligibility === isOf(kind) && !isGiven)
    .map(({ one }) => one),
];

const isOf = (kind: Kind): boolean => kind === "Eligibility";

/** `PT8H`, `P30D`. */
function durationMs(text: unknown): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(String(text));
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (match ?? []).slice(1).map(Number);
  const whole = [days * 86_400, hours * 3600, minutes * 60, seconds];
  return whole.reduce((sum, part) => sum + (part || 0), 0) * 1000;
}

/** From when until when (resources/requestschedule, resources/expirationpattern). */
function timesOf(nowMs: number, info: Values): { fromMs: number; untilMs: number } {
  const start = Date.parse(String(info["startDateTime"]));
  const fromMs = Number.isNaN(start) ? nowMs : start;
  const { type, endDateTime, duration } = (info["expiration"] ?? {}) as Values;
  const kind = String(type).toLowerCase();
  if (kind === "afterdatetime") return { fromMs, untilMs: Date.parse(String(endDateTime)) };
  if (kind !== "afterduration") return { fromMs, untilMs: Infinity };
  return { fromMs, untilMs: Math.max(fromMs, nowMs) + durationMs(duration) };
}

/** Gives the role now or when its time begins, until it ends. */
function give(call: Call, kind: Kind, one: ScopedAssignment, info: Values): void {
  const { roles } = call.tenant;
  const nowMs = call.tenant.nowMs();
  const isEligibility = isOf(kind);
  const isGiven = held(call, kind).some((other) => isSameAssignment(other, one));
  roles.untime(one, isEligibility);
  roles.timed.push({ one, isEligibility, isGiven, ...timesOf(nowMs, info) });
  roles.settle(nowMs);
}

function take(call: Call, kind: Kind, one: ScopedAssignment): void {
  call.tenant.roles.take(one, isOf(kind));
  call.tenant.roles.untime(one, isOf(kind));
}

/** A schedule with all its members (rbacapplication-post-roleassignmentschedulerequests, answers). */
export const wholeInfo = (given: Values): Values => ({
  startDateTime: null,
  recurrence: null,
  ...given,
  expiration: {
    type: "notSpecified",
    endDateTime: null,
    duration: null,
    ...(given["expiration"] as Values | undefined),
  },
});

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
  const isEligible = call.tenant.roles.eligible.some((other) => isSameAssignment(other, one));
  if (action === "selfActivate" && !isEligible) throw missingAssignment();
}

/**
 * A request of an administrator is carried out at once, or when its time begins. People ask for
 * themselves only (rbacapplication-post-roleassignmentschedulerequests). @throws GraphError 400, 403, 404
 */
export const request =
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
    const isHeld = heldOrPlanned(call, kind).some((other) => isSameAssignment(other, one));
    const isRemoval = /remove|deactivate/i.test(action);
    if (isRemoval && !isHeld) throw badRequest("The role assignment does not exist.");
    const isNew = action === "adminAssign" || action === "selfActivate";
    if (isNew && isHeld) throw conflicting();
    // Only what is there can be changed, extended or renewed.
    if (!isNew && !isHeld) throw missingAssignment();
    if (given["isValidationOnly"] !== true) {
      if (isRemoval) take(call, kind, one);
      // A change that names no times keeps those there are.
      else if (isNew || given["scheduleInfo"])
        give(call, kind, one, (given["scheduleInfo"] ?? {}) as Values);
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
      scheduleInfo: given["scheduleInfo"] ? wholeInfo(given["scheduleInfo"] as Values) : null,
      ticketInfo: given["ticketInfo"] ?? { ticketNumber: null, ticketSystem: null },
    };
    requests(call, kind).set(id, entry);
    return shownEntry(call, `${SET}/role${kind}ScheduleRequests`, entry, 201);
  };

/** Takes back what the request gave (unifiedroleassignmentschedulerequest-cancel). @throws GraphError 400, 404 */
export const cancel =
  (kind: Kind) =>
  (call: Call): Answer => {
    const entry = requests(call, kind).get((call.params["request"] ?? "").toLowerCase());
    if (!entry) throw notFound(call.params["request"] ?? "");
    const one = heldOrPlanned(call, kind).find(
      (other) =>
        other.principalId === entry["principalId"] &&
        other.roleId === entry["roleDefinitionId"] &&
        other.scope === entry["directoryScopeId"],
    );
    if (entry["status"] !== "Provisioned" || !one)
      throw badRequest(`A request with the status ${String(entry["status"])} cannot be canceled.`);
    take(call, kind, one);
    requests(call, kind).set(String(entry["id"]), {
      ...entry,
      status: "Canceled",
      targetScheduleId: null,
    });
    return noContent;
  };
