import type { Answer } from "../http/answer.ts";
import type { Needs } from "../rules/permission.ts";
import type { Call } from "./call.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

/** rbacapplication-list-roleeligibilityscheduleinstances: Directory permissions are not among them. */
const READ_ELIGIBILITY: Needs = [
  "RoleEligibilitySchedule.Read.Directory",
  "RoleEligibilitySchedule.ReadWrite.Directory",
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
];

/** Who may activate a role for a time; simplified: no schedules, no times. */
const list = (call: Call): Answer =>
  resourceList(
    call,
    "roleManagement/directory/roleEligibilityScheduleInstances",
    call.tenant.roles.eligible.map(({ roleId, principalId, scope }, at) => ({
      id: `${roleId}-${principalId}-${at}`,
      principalId,
      roleDefinitionId: roleId,
      directoryScopeId: scope,
      appScopeId: null,
      memberType: "Direct",
      startDateTime: null,
      endDateTime: null,
    })),
    { filterable: true },
  );

export const roleEligibilityRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/roleManagement/directory/roleEligibilityScheduleInstances",
    needs: READ_ELIGIBILITY,
    handle: list,
  },
];
