import type { Answer } from "../http/answer.ts";
import { badRequest, notFound } from "../http/graph-error.ts";
import type { ScopedAssignment } from "../roles/directory-roles.ts";
import type { Needs } from "../rules/permission.ts";
import { transitiveHolders } from "../store/closure.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { expansionsOf, type Relations } from "./expansions.ts";
import { shownEntry } from "./kept/shelf-routes.ts";
import { resourceList } from "./resource-list.ts";
import { roleAssignmentId } from "./role-assignments.ts";
import { ROLE_RELATIONS } from "./role-expansions.ts";
import {
  cancel,
  held,
  heldOrPlanned,
  request,
  requests,
  SET,
  wholeInfo,
  type Kind,
} from "./role-requests.ts";
import type { Route } from "./route.ts";

const needs = (kind: Kind, access: "Read" | "ReadWrite"): Needs =>
  [access, "ReadWrite"].flatMap((one) => [
    `Role${kind}Schedule.${one}.Directory`,
    `RoleManagement.${one}.Directory`,
  ]);

/** The request that made an assignment, if one did. */
const madeBy = (call: Call, kind: Kind, one: ScopedAssignment): Values | undefined =>
  [...requests(call, kind).values()].findLast(
    (entry) =>
      entry["principalId"] === one.principalId &&
      entry["roleDefinitionId"] === one.roleId &&
      entry["directoryScopeId"] === one.scope &&
      entry["targetScheduleId"] !== null,
  );

const ENDLESS = wholeInfo({ expiration: { type: "noExpiration" } });

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
      // Of one that no request made, the example's start is the moment of asking.
      scheduleInfo: made?.["scheduleInfo"] ?? { ...ENDLESS, startDateTime: call.tenant.nowText() },
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

/** What a request leads to besides what every entry does. */
const requestRelations = (kind: Kind): Relations => ({
  ...ROLE_RELATIONS,
  activatedUsing: () => null,
  targetSchedule: (call, entry) => {
    const one = heldOrPlanned(call, kind).find(
      (other) => madeBy(call, kind, other)?.["id"] === entry["id"],
    );
    return one ? schedule(kind)(call, one) : null;
  },
});

/**
 * The entries that concern the caller: who holds the role (also through a group), or who asked for it.
 * Nothing here waits for an approval (unifiedroleassignmentschedule-filterbycurrentuser). @throws GraphError 400
 */
function ofCaller(call: Call, entries: readonly Values[]): readonly Values[] {
  const self = call.caller.principalId.toLowerCase();
  const on = /^on=(principal|createdBy|approver)$/i.exec(call.params["on"] ?? "")?.[1];
  if (on === undefined) throw badRequest("The value of the parameter 'on' is not valid.");
  if (on.toLowerCase() === "approver") return [];
  if (on.toLowerCase() === "createdby")
    return entries.filter(
      ({ createdBy }) =>
        (createdBy as { readonly user?: Values } | undefined)?.user?.["id"] ===
        call.caller.principalId,
    );
  const { directory } = call.tenant;
  const own = new Set([self, ...transitiveHolders(directory, self).map(({ id }) => id)]);
  return entries.filter(({ principalId }) => own.has(String(principalId)));
}

interface Shelf {
  readonly name: "Schedules" | "ScheduleInstances" | "ScheduleRequests";
  readonly entries: (call: Call) => readonly Values[];
  readonly relations: Relations;
}

function reads(kind: Kind, { name, entries, relations }: Shelf): readonly Route[] {
  const set = `${SET}/role${kind}${name}`;
  const path = `/${set}`;
  const type = `unifiedRole${kind}${name.replace(/s$/, "")}`;
  // Functions answer a collection of a type; the example of assignments' requests names their set all the same.
  const isNamed = kind === "Assignment" && name === "ScheduleRequests";
  const own = isNamed ? set : `Collection(${type})`;
  const typed = isNamed ? {} : { "@odata.type": `#microsoft.graph.${type}` };
  const options = (call: Call) => ({ filterable: true, expand: expansionsOf(call, relations) });
  return [
    {
      method: "GET",
      path,
      needs: needs(kind, "Read"),
      handle: (call) => resourceList(call, set, entries(call), options(call)),
    },
    {
      method: "GET",
      path: `${path}/filterByCurrentUser/:on`,
      needs: needs(kind, "Read"),
      handle: (call) =>
        resourceList(
          call,
          own,
          ofCaller(call, entries(call)).map((entry) => ({ ...typed, ...entry })),
          options(call),
        ),
    },
    {
      method: "GET",
      path: `${path}/:entry`,
      needs: needs(kind, "Read"),
      handle: (call): Answer => {
        const id = call.params["entry"] ?? "";
        const entry = entries(call).find((one) => one["id"] === id);
        if (!entry) throw notFound(id);
        return shownEntry(call, set, entry, 200, expansionsOf(call, relations)(entry));
      },
    },
  ];
}

const routesOf = (kind: Kind): readonly Route[] => {
  const all =
    (from: typeof held, show: Shown) =>
    (call: Call): readonly Values[] =>
      from(call, kind).map((one) => show(call, one));
  const path = `/${SET}/role${kind}ScheduleRequests`;
  return [
    ...reads(kind, {
      name: "Schedules",
      entries: all(heldOrPlanned, schedule(kind)),
      relations: ROLE_RELATIONS,
    }),
    ...reads(kind, {
      name: "ScheduleInstances",
      entries: all(held, instance(kind)),
      relations: ROLE_RELATIONS,
    }),
    ...reads(kind, {
      name: "ScheduleRequests",
      entries: (call) => [...requests(call, kind).values()],
      relations: requestRelations(kind),
    }),
    {
      method: "POST",
      path,
      needs: needs(kind, "ReadWrite"),
      body: "required",
      handle: request(kind),
    },
    {
      method: "POST",
      path: `${path}/:request/cancel`,
      needs: needs(kind, "ReadWrite"),
      handle: cancel(kind),
    },
  ];
};

export const roleScheduleRoutes: readonly Route[] = [
  ...routesOf("Assignment"),
  ...routesOf("Eligibility"),
];
