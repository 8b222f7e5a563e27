import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, newGroup, newUser, reference } from "./testing/people.ts";
import { USER_ADMINISTRATOR } from "./testing/persons.ts";
import { stepsWith, list } from "./testing/steps.ts";

const ROLES = "/roleManagement/directory";
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

describe("roles of one's own, and roles for a time", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;
  const step = stepsWith(graph, ["RoleManagement.ReadWrite.Directory"]);

  it("a custom role is defined, assigned, changed, and deleted when nobody holds it [rbacapplication-post-roledefinitions, unifiedroledefinition-update, unifiedroledefinition-delete]", async () => {
    const body = {
      displayName: "Registration reader",
      description: "Reads registrations",
      isEnabled: true,
      rolePermissions: [
        { allowedResourceActions: ["microsoft.directory/applications/basic/read"] },
      ],
    };
    const made = await step(201, "POST", `${ROLES}/roleDefinitions`, body);
    assert.deepEqual([made["isBuiltIn"], made["templateId"]], [false, made["id"]]);
    await step(400, "POST", `${ROLES}/roleDefinitions`, body);
    await step(400, "POST", `${ROLES}/roleDefinitions`, { ...body, rolePermissions: [] });
    const url = `${ROLES}/roleDefinitions/${String(made["id"])}`;
    await step(204, "PATCH", url, { description: "Reads them all" });
    assert.equal((await step(200, "GET", url))["description"], "Reads them all");
    const own = list(await step(200, "GET", `${ROLES}/roleDefinitions?$filter=isBuiltIn eq false`));
    assert.deepEqual(
      own.map(({ id }) => id),
      [made["id"]],
    );
    const principalId = await newUser(graph, "custom");
    const assignment = { principalId, roleDefinitionId: made["id"], directoryScopeId: "/" };
    const { id } = await step(201, "POST", `${ROLES}/roleAssignments`, assignment);
    await step(400, "DELETE", url);
    await step(204, "DELETE", `${ROLES}/roleAssignments/${String(id)}`);
    await step(204, "DELETE", url);
    await step(404, "GET", url);
    await step(400, "DELETE", `${ROLES}/roleDefinitions/${USER_ADMINISTRATOR}`);
    await step(400, "PATCH", `${ROLES}/roleDefinitions/${USER_ADMINISTRATOR}`, {
      isEnabled: false,
    });
  });

  for (const kind of ["Assignment", "Eligibility"] as const)
    it(`an administrator's request gives and takes a role (${kind.toLowerCase()}) at once, and is told as schedule and instance [rbacapplication-post-role${kind.toLowerCase()}schedulerequests, rbacapplication-list-role${kind.toLowerCase()}schedules]`, async () => {
      const principalId = await newUser(graph, kind.toLowerCase());
      const url = `${ROLES}/role${kind}ScheduleRequests`;
      const body = {
        action: "adminAssign",
        justification: "Helps out",
        principalId,
        roleDefinitionId: USER_ADMINISTRATOR,
        directoryScopeId: "/",
        scheduleInfo: {
          startDateTime: "2026-04-10T00:00:00Z",
          expiration: { type: "afterDateTime", endDateTime: "2098-04-10T00:00:00Z" },
        },
      };
      const asked = await step(201, "POST", url, body);
      assert.deepEqual([asked["status"], asked["targetScheduleId"]], ["Provisioned", asked["id"]]);
      await step(400, "POST", url, body);
      const ofThem = `?$filter=principalId eq '${principalId}'`;
      const [schedule] = list(await step(200, "GET", `${ROLES}/role${kind}Schedules${ofThem}`));
      assert.deepEqual(
        [schedule?.["createdUsing"], schedule?.["scheduleInfo"]],
        [
          asked["id"],
          {
            ...body.scheduleInfo,
            recurrence: null,
            expiration: { ...body.scheduleInfo.expiration, duration: null },
          },
        ],
      );
      const instances = `${ROLES}/role${kind}ScheduleInstances`;
      const [instance] = list(await step(200, "GET", `${instances}${ofThem}`));
      assert.equal(instance?.["endDateTime"], "2098-04-10T00:00:00Z");
      await step(200, "GET", `${instances}/${String(instance?.["id"])}`);
      const active = list(await step(200, "GET", `${ROLES}/roleAssignments${ofThem}`));
      assert.equal(active.length, kind === "Assignment" ? 1 : 0);
      await step(403, "POST", url, { ...body, action: "selfActivate" });
      const taken = await step(201, "POST", url, { ...body, action: "adminRemove" });
      assert.deepEqual([taken["status"], taken["targetScheduleId"]], ["Revoked", null]);
      await step(400, "POST", url, { ...body, action: "adminRemove" });
      assert.deepEqual(list(await step(200, "GET", `${instances}${ofThem}`)), []);
      assert.equal(list(await step(200, "GET", `${url}${ofThem}`)).length, 2);
      const few = { roles: ["Directory.Read.All"] };
      assertRefused(await send("GET", url, undefined, few), 403, "Authorization_RequestDenied");
    });

  it("a request is expanded to its role, holder and schedule; a role to those it inherits from [unifiedroleassignmentschedulerequest-get, example 2; unifiedroledefinition-get, example 3]", async () => {
    const principalId = await newUser(graph, "expanded");
    const requests = `${ROLES}/roleAssignmentScheduleRequests`;
    const { id } = await step(201, "POST", requests, {
      action: "adminAssign",
      principalId,
      roleDefinitionId: USER_ADMINISTRATOR,
      directoryScopeId: "/",
      scheduleInfo: {
        startDateTime: "2026-04-10T00:00:00Z",
        expiration: { type: "noExpiration" },
      },
    });
    const names = "roleDefinition,activatedUsing,principal,targetSchedule";
    const one = await step(
      200,
      "GET",
      `${requests}/${String(id)}?$select=principalId,action&$expand=${names}`,
    );
    assert.match(
      String(one["@odata.context"]),
      /Requests\(principalId,action,roleDefinition\(\),activatedUsing\(\),principal\(\),targetSchedule\(\)\)\/\$entity$/,
    );
    const { roleDefinition, activatedUsing, principal, targetSchedule } = one as Record<
      string,
      Values | null
    >;
    assert.deepEqual(
      [roleDefinition?.["displayName"], activatedUsing, principal?.["id"], targetSchedule?.["id"]],
      ["User Administrator", null, principalId, id],
    );
    await step(400, "GET", `${requests}?$expand=owner`);
    const definition = `${ROLES}/roleDefinitions/${USER_ADMINISTRATOR}`;
    const plain = await step(200, "GET", definition);
    assert.deepEqual(Object.keys(list({ value: plain["inheritsPermissionsFrom"] })[0] ?? {}), [
      "id",
    ]);
    const whole = await step(200, "GET", `${definition}?$expand=inheritsPermissionsFrom`);
    const [readers] = list({ value: whole["inheritsPermissionsFrom"] });
    assert.equal(readers?.["displayName"], "Directory Readers");
  });

  it("the caller is told of what concerns them, also through a group; a request is canceled [unifiedroleassignmentschedule-filterbycurrentuser, unifiedroleeligibilityschedulerequest-cancel]", async () => {
    const person = await newUser(graph, "concerned");
    const team = await newGroup(graph, "holders", { isAssignableToRole: true });
    await step(204, "POST", `/groups/${team}/members/$ref`, reference(person));
    const requests = `${ROLES}/roleEligibilityScheduleRequests`;
    const body = {
      action: "adminAssign",
      principalId: team,
      roleDefinitionId: USER_ADMINISTRATOR,
      directoryScopeId: "/",
      scheduleInfo: { expiration: { type: "noExpiration" } },
    };
    const { id } = await step(201, "POST", requests, body);
    const roles = ["RoleManagement.ReadWrite.Directory"];
    const asked = async (path: string, who = person): Promise<readonly Values[]> =>
      list((await send("GET", `${ROLES}/${path}`, undefined, { roles, person: who })).body);
    const own = await asked("roleEligibilitySchedules/filterByCurrentUser(on='principal')");
    assert.deepEqual(
      own.map((one) => [one["@odata.type"], one["principalId"]]),
      [["#microsoft.graph.unifiedRoleEligibilitySchedule", team]],
    );
    const asking = "roleEligibilityScheduleRequests/filterByCurrentUser(on='principal')";
    const [ownRequest] = await asked(asking);
    assert.equal(
      ownRequest?.["@odata.type"],
      "#microsoft.graph.unifiedRoleEligibilityScheduleRequest",
    );
    const stranger = await newUser(graph, "unconcerned");
    const filtered = "filterByCurrentUser(on='principal')";
    assert.deepEqual(await asked(`roleEligibilityScheduleRequests/${filtered}`, stranger), []);
    assert.equal((await asked(`roleEligibilityScheduleInstances/${filtered}`)).length, 1);
    await step(204, "POST", `${requests}/${String(id)}/cancel`);
    assert.equal((await step(200, "GET", `${requests}/${String(id)}`))["status"], "Canceled");
    assert.deepEqual(await asked(`roleEligibilityScheduleInstances/${filtered}`), []);
    await step(400, "POST", `${requests}/${String(id)}/cancel`);
  });

  it("an assignment begins and ends at its times, an activation after its duration [resources/requestschedule, resources/expirationpattern]", async () => {
    const principalId = await newUser(graph, "timed");
    const other = await newUser(graph, "other");
    const role = { principalId, roleDefinitionId: USER_ADMINISTRATOR, directoryScopeId: "/" };
    const on = (days: number) => graph.app.control("dayOffset", { tenant: TENANT, days });
    const mayChange = async (): Promise<boolean> => {
      const change = { jobTitle: "x" };
      const reply = await send("PATCH", `/users/${other}`, change, { person: principalId });
      return reply.status === 204;
    };
    const requests = `${ROLES}/roleAssignmentScheduleRequests`;
    const scheduleInfo = {
      startDateTime: inDays(10),
      expiration: { type: "afterDateTime", endDateTime: inDays(20) },
    };
    const body = { ...role, action: "adminAssign", scheduleInfo };
    await step(201, "POST", requests, body);
    await step(400, "POST", requests, body);
    const ofThem = `?$filter=principalId eq '${principalId}'`;
    const counted = async (name: string) =>
      list(await step(200, "GET", `${ROLES}/roleAssignment${name}${ofThem}`)).length;
    assert.deepEqual([await counted("Schedules"), await counted("ScheduleInstances")], [1, 0]);
    const seen: boolean[] = [await mayChange()];
    for (const days of [11, 19, 21]) {
      on(days);
      seen.push(await mayChange());
    }
    assert.deepEqual(seen, [false, true, true, false]);
    assert.equal(await counted("Schedules"), 0);
    await step(201, "POST", `${ROLES}/roleEligibilityScheduleRequests`, {
      ...role,
      action: "adminAssign",
    });
    const activated = await send(
      "POST",
      requests,
      {
        ...role,
        action: "selfActivate",
        scheduleInfo: { expiration: { type: "afterDuration", duration: "PT8H" } },
      },
      { person: principalId, roles: ["RoleManagement.ReadWrite.Directory"] },
    );
    assert.equal(activated.status, 201, activated.text);
    assert.equal(await mayChange(), true);
    on(22);
    assert.equal(await mayChange(), false);
    on(0);
  });

  it("a list is cut at $top and goes on by its link [query parameters, top]", async () => {
    const url = `${ROLES}/roleDefinitions?$top=2&$select=id&$count=true`;
    const first = await step(200, "GET", url);
    assert.equal(list(first).length, 2);
    assert.ok(Number(first["@odata.count"]) > 50);
    const next = String(first["@odata.nextLink"]).replace("https://graph.microsoft.com", "");
    const second = await step(200, "GET", next);
    assert.equal(list(second).length, 2);
    assert.notDeepEqual(list(second), list(first));
  });

  contractHolds(graph);
});
