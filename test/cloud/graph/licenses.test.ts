import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSimulatedClock } from "../../core/simulated-clock.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  idsIn,
  newGroup,
  newUser,
  reference,
  valueOf,
} from "./testing/people.ts";

const E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const O365 = "6fd2c87f-b296-42f0-b197-1e91e994b900";
const E1 = "18181a46-0d4e-45cd-891e-60aabd171b4e";
const PROJECT = "53818b1b-4a27-454b-8896-0dba576410e6";
const SHAREPOINT = "5dbe027f-2339-4123-9542-606e4d348a72";
const SHAREPOINT_1 = "c7699d2e-19aa-44de-8edf-1736da088ca1";
const PROJECT_ONLINE = "fe71d6c3-a2ea-4499-9778-da042bf08063";
const EXCHANGE = "efb87545-963c-4e0d-99df-69c6916d9eb0";
const TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929";

const change = (add: readonly unknown[], remove: readonly string[] = []) => ({
  addLicenses: add,
  removeLicenses: remove,
});
const add = (skuId: string, disabledPlans: readonly string[] = []) => ({ skuId, disabledPlans });

describe("licenses", () => {
  const clock = createSimulatedClock();
  const graph = graphFixture({ clock });
  const { send } = graph;

  const assign = (id: string, body: unknown) => send("POST", `/users/${id}/assignLicense`, body);
  const licensesOf = async (id: string): Promise<unknown> =>
    (await send("GET", `/users/${id}?$select=assignedLicenses`)).body["assignedLicenses"];
  const consumed = async (skuId: string): Promise<unknown> =>
    valueOf(await send("GET", "/subscribedSkus")).find((sku) => sku["skuId"] === skuId)?.[
      "consumedUnits"
    ];

  it("adding a license answers 200 with the user and uses a seat [user-assignlicense]", async () => {
    const id = await newUser(graph, "ann", { usageLocation: "GB" });
    const reply = await assign(id, change([add(O365, [TEAMS])]));
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.body["assignedLicenses"], [{ disabledPlans: [TEAMS], skuId: O365 }]);
    // The whole user, not only what a GET shows by default.
    for (const name of ["accountEnabled", "assignedPlans", "city", "companyName", "usageLocation"])
      assert.ok(name in reply.body, name);
    const again = await send("POST", `/users/${id}/reprocessLicenseAssignment`, {});
    assert.deepEqual(Object.keys(again.body), Object.keys(reply.body));
    assert.equal(await consumed(O365), 1);
    const [details] = valueOf(await send("GET", `/users/${id}/licenseDetails`));
    const plans = details?.["servicePlans"] as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      plans
        .filter((plan) => plan["provisioningStatus"] === "Disabled")
        .map((plan) => plan["servicePlanId"]),
      [TEAMS],
    );
  });

  it("adding a license again replaces its disabled plans; one call can swap licenses [user-assignlicense]", async () => {
    const id = await newUser(graph, "bob", { usageLocation: "GB" });
    await assign(id, change([add(O365)]));
    assert.equal((await assign(id, change([add(O365, [EXCHANGE])]))).status, 200);
    assert.deepEqual(await licensesOf(id), [{ disabledPlans: [EXCHANGE], skuId: O365 }]);
    assert.equal((await assign(id, change([add(E3)], [O365]))).status, 200);
    assert.deepEqual(await licensesOf(id), [{ disabledPlans: [], skuId: E3 }]);
    assert.equal((await assign(id, change([], [E3]))).status, 200);
  });

  it("both parameters are required [user-assignlicense]", async () => {
    const id = await newUser(graph, "cat", { usageLocation: "GB" });
    assertRefused(
      await assign(id, { addLicenses: [] }),
      400,
      "Request_BadRequest",
      "The missing parameters are: removeLicenses.",
    );
  });

  it("a user without a usage location gets no license [seen in issues]", async () => {
    const id = await newUser(graph, "dee");
    assertRefused(
      await assign(id, change([add(O365)])),
      400,
      "Request_BadRequest",
      "License assignment cannot be done for user with invalid usage location.",
    );
  });

  it("the details of a user's product are told one by one too [user-list-licensedetails; metadata document]", async () => {
    const id = await newUser(graph, "detail", { usageLocation: "GB" });
    assert.equal((await assign(id, change([add(O365)]))).status, 200);
    const [first] = valueOf(await send("GET", `/users/${id}/licenseDetails`));
    const url = `/users/${id}/licenseDetails/${String(first?.["id"])}`;
    const { "@odata.context": _context, ...one } = (await send("GET", url)).body;
    assert.deepEqual(one, first);
    assert.equal((await send("GET", `/users/${id}/licenseDetails/${id}`)).status, 404);
  });

  it("a product that the tenant lacks is refused, and so is removing a license that the user lacks [seen in issues]", async () => {
    const id = await newUser(graph, "eve", { usageLocation: "GB" });
    assertRefused(
      await assign(id, change([add("00000000-0000-4000-8000-000000000000")])),
      400,
      "Request_BadRequest",
      "does not correspond to a valid company License.",
    );
    const says = "Cannot convert the literal 'E5' to the expected type 'Edm.Guid'.";
    for (const wrong of [change([add("E5")]), change([], ["E5"])])
      // oxlint-disable-next-line no-await-in-loop -- they are one user's
      assertRefused(await assign(id, wrong), 400, "Request_BadRequest", says);
    assertRefused(
      await assign(id, change([], [O365])),
      400,
      "Request_BadRequest",
      "User does not have a corresponding license.",
    );
  });

  it("a license is refused if no seat is left; a deleted user frees a seat [seen in issues]", async () => {
    const people: string[] = [];
    for (let index = 0; index < 26; index += 1) {
      people.push(await newUser(graph, `seat${index}`, { usageLocation: "GB" }));
    }
    for (const id of people.slice(0, 25))
      assert.equal((await assign(id, change([add(E3)]))).status, 200);
    const last = people[25] ?? "";
    assertRefused(
      await assign(last, change([add(E3)])),
      400,
      "Request_BadRequest",
      "does not have any available licenses.",
    );
    await send("DELETE", `/users/${people[0]}`);
    assert.equal((await assign(last, change([add(E3)]))).status, 200);
    assert.equal(await consumed(E3), 25);
    for (const id of people.slice(1)) await send("DELETE", `/users/${id}`);
    assert.equal(await consumed(E3), 0);
  });

  it("assigning a group's licenses answers 202 and reaches present and new members later [group-assignlicense]", async () => {
    const [one, two] = [
      await newUser(graph, "gil", { usageLocation: "GB" }),
      await newUser(graph, "hal", { usageLocation: "GB" }),
    ];
    const group = await newGroup(graph, "licensed", { "members@odata.bind": bindings([one]) });
    const reply = await send("POST", `/groups/${group}/assignLicense`, change([add(O365)]));
    assert.equal(reply.status, 202);
    assert.deepEqual(await licensesOf(one), []);
    await clock.jump(2001);
    assert.deepEqual(await licensesOf(one), [{ disabledPlans: [], skuId: O365 }]);
    await send("POST", `/groups/${group}/members/$ref`, reference(two));
    await send("DELETE", `/groups/${group}/members/${one}/$ref`);
    await clock.jump(2001);
    assert.deepEqual(
      [await licensesOf(one), await licensesOf(two)],
      [[], [{ disabledPlans: [], skuId: O365 }]],
    );
    const { body } = await send("GET", `/groups/${group}?$select=licenseProcessingState`);
    assert.deepEqual(body["licenseProcessingState"], { state: "ProcessingComplete" });
  });

  it("an inherited license cannot be removed from the user [seen in issues]", async () => {
    const id = await newUser(graph, "ida", { usageLocation: "GB" });
    const group = await newGroup(graph, "inherited", { "members@odata.bind": bindings([id]) });
    await send("POST", `/groups/${group}/assignLicense`, change([add(O365)]));
    await clock.jump(2001);
    assertRefused(
      await assign(id, change([], [O365])),
      400,
      "Request_BadRequest",
      "inherited from a group membership",
    );
    const { body } = await send("GET", `/users/${id}?$select=licenseAssignmentStates`);
    const states = body["licenseAssignmentStates"] as unknown as readonly Readonly<
      Record<string, unknown>
    >[];
    assert.deepEqual(
      states.map((state) => state["assignedByGroup"]),
      [group],
    );
  });

  it("plans that exclude each other are refused, unless one is disabled [seen in issues]", async () => {
    const id = await newUser(graph, "joe", { usageLocation: "GB" });
    await assign(id, change([add(E1)]));
    assertRefused(
      await assign(id, change([add(O365)])),
      400,
      "Request_BadRequest",
      `License assignment failed because service plans ${SHAREPOINT_1},${SHAREPOINT} are mutually exclusive`,
    );
    assert.equal((await assign(id, change([add(O365, [SHAREPOINT])]))).status, 200);
  });

  it("a plan that needs another is refused without it, and so is removing the other [seen in issues]", async () => {
    const id = await newUser(graph, "kay", { usageLocation: "GB" });
    const lacks = `service plan ${PROJECT_ONLINE} depends on the service plan(s) ${SHAREPOINT}`;
    assertRefused(await assign(id, change([add(PROJECT)])), 400, "Request_BadRequest", lacks);
    assert.equal((await assign(id, change([add(PROJECT), add(O365)]))).status, 200);
    assertRefused(await assign(id, change([], [O365])), 400, "Request_BadRequest", lacks);
    assert.equal((await assign(id, change([], [O365, PROJECT]))).status, 200);
  });

  it("a group's license that excludes a member's own ends in an error state [licensing-groups-resolve-problems]", async () => {
    const id = await newUser(graph, "lea", { usageLocation: "GB" });
    await assign(id, change([add(E1)]));
    const group = await newGroup(graph, "conflicting", { "members@odata.bind": bindings([id]) });
    await send("POST", `/groups/${group}/assignLicense`, change([add(O365), add(PROJECT)]));
    await clock.jump(2001);
    const { body } = await send("GET", `/users/${id}?$select=licenseAssignmentStates`);
    const states = body["licenseAssignmentStates"] as unknown as readonly { error: string }[];
    assert.deepEqual(
      states.map(({ error }) => error),
      ["None", "MutuallyExclusiveViolation", "DependencyViolation"],
    );
    assert.deepEqual(await licensesOf(id), [{ disabledPlans: [], skuId: E1 }]);
  });

  it("members without a seat are listed as the group's license errors [group-list-memberswithlicenseerrors]", async () => {
    const people: string[] = [];
    for (let index = 0; index < 27; index += 1) {
      people.push(await newUser(graph, `many${index}`, { usageLocation: "GB" }));
    }
    const group = await newGroup(graph, "too-many", {
      "members@odata.bind": bindings(people.slice(0, 20)),
    });
    await send("PATCH", `/groups/${group}`, { "members@odata.bind": bindings(people.slice(20)) });
    await send("POST", `/groups/${group}/assignLicense`, change([add(E3)]));
    await clock.jump(2001);
    assert.deepEqual(
      idsIn(await send("GET", `/groups/${group}/membersWithLicenseErrors`)),
      people.slice(25),
    );
    const { body } = await send("GET", `/groups/${group}?$select=hasMembersWithLicenseErrors`);
    assert.equal(body["hasMembersWithLicenseErrors"], true);
  });

  contractHolds(graph);
});
