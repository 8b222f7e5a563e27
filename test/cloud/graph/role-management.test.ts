import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture } from "./testing/graph-fixture.ts";
import { assertRefused, newUser } from "./testing/people.ts";
import { stepsWith } from "./testing/steps.ts";

type Values = Readonly<Record<string, unknown>>;
const list = (body: Values): readonly Values[] => body["value"] as readonly Values[];

const ROLES = "/roleManagement/directory";
const USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1";

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
          expiration: { type: "afterDateTime", endDateTime: "2028-04-10T00:00:00Z" },
        },
      };
      const asked = await step(201, "POST", url, body);
      assert.deepEqual([asked["status"], asked["targetScheduleId"]], ["Provisioned", asked["id"]]);
      await step(400, "POST", url, body);
      const ofThem = `?$filter=principalId eq '${principalId}'`;
      const [schedule] = list(await step(200, "GET", `${ROLES}/role${kind}Schedules${ofThem}`));
      assert.deepEqual(
        [schedule?.["createdUsing"], schedule?.["scheduleInfo"]],
        [asked["id"], body.scheduleInfo],
      );
      const instances = `${ROLES}/role${kind}ScheduleInstances`;
      const [instance] = list(await step(200, "GET", `${instances}${ofThem}`));
      assert.equal(instance?.["endDateTime"], "2028-04-10T00:00:00Z");
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

  contractHolds(graph);
});
