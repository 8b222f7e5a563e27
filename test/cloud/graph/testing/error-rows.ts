import assert from "node:assert/strict";

import { type SimulatedClock, createSimulatedClock } from "../../../core/simulated-clock.ts";
import { graphFixture, TENANT, type GraphFixture } from "./graph-fixture.ts";
import { bindings, EVENTUAL, linkIn, newGroup, newUser, reference, userBody } from "./people.ts";

/** The fixture of every row: two users and a group with one of them in it. */
interface Scene {
  readonly graph: GraphFixture;
  readonly clock: SimulatedClock;
  readonly ann: string;
  readonly bob: string;
  readonly group: string;
}

export async function scene(): Promise<Scene> {
  const clock = createSimulatedClock();
  const graph = graphFixture({ clock });
  const [ann, bob] = [await newUser(graph, "ann"), await newUser(graph, "bob")];
  const group = await newGroup(graph, "grp", {
    "members@odata.bind": bindings([ann]),
    "owners@odata.bind": bindings([ann]),
  });
  return { graph, clock, ann, bob, group };
}

type Provoke = (scene: Scene) => Promise<Awaited<ReturnType<GraphFixture["send"]>>>;

const NOBODY = "00000000-0000-4000-8000-000000000000";
const SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const license = { addLicenses: [{ skuId: SKU, disabledPlans: [] }], removeLicenses: [] };

const stale = (graph: GraphFixture) =>
  graph.app.control("conditions", {
    tenant: TENANT,
    lag: { medianMs: 60_000, sigma: 0, staleShare: 1 },
  });

/** The rows in the order of facts/graph.md §3.1: status, code, message, and how to cause it. */
export const ERROR_ROWS: readonly (readonly [number, string, string, Provoke])[] = [
  [
    400,
    "Request_BadRequest",
    "One or more added object references already exist for the following modified properties: 'members'.",
    ({ graph, group, ann }) => graph.send("POST", `/groups/${group}/members/$ref`, reference(ann)),
  ],
  [
    400,
    "Request_BadRequest",
    "The source resource object or one of the objects being referenced don't exist.",
    async ({ graph, bob }) => {
      stale(graph);
      const fresh = await newGroup(graph, "fresh");
      return graph.send("POST", `/groups/${fresh}/members/$ref`, reference(bob));
    },
  ],
  [
    404,
    "Request_ResourceNotFound",
    `Resource '${NOBODY}' does not exist or one of its queried reference-property objects are not present.`,
    ({ graph }) => graph.send("GET", `/users/${NOBODY}`),
  ],
  [
    400,
    "Request_BadRequest",
    "One or more removed object references do not exist for the following modified properties: 'members'.",
    ({ graph, group, bob }) => {
      graph.app.control("conditions", { tenant: TENANT, absentMember: "400" });
      return graph.send("DELETE", `/groups/${group}/members/${bob}/$ref`);
    },
  ],
  [
    400,
    "Request_BadRequest",
    "The group must have at least one owner, hence this owner cannot be removed.",
    ({ graph, group, ann }) => graph.send("DELETE", `/groups/${group}/owners/${ann}/$ref`),
  ],
  [
    403,
    "Directory_QuotaExceeded",
    "would exceed the maximum quota count '100' for forward-link 'owners'.",
    ({ graph, group, bob }) => {
      for (let index = 0; index < 99; index += 1) {
        const { id } = graph.app.control("create", { tenant: TENANT, kind: "user", values: {} });
        graph.app.control("link", { tenant: TENANT, relation: "owners", from: group, to: id });
      }
      return graph.send("POST", `/groups/${group}/owners/$ref`, reference(bob));
    },
  ],
  [
    400,
    "Request_BadRequest",
    "Another object with the same value for property userPrincipalName already exists.",
    ({ graph }) => graph.send("POST", "/users", userBody("ann")),
  ],
  [
    400,
    "Request_BadRequest",
    "Another object with the same value for property userPrincipalName already exists.",
    async ({ graph, bob }) => {
      graph.app.control("conditions", { tenant: TENANT, deletedUsersHoldNames: true });
      await graph.send("DELETE", `/users/${bob}`);
      return graph.send("POST", "/users", userBody("bob"));
    },
  ],
  [
    400,
    "Request_MultipleObjectsWithSameKeyValue",
    "Another object with the same value for property proxyAddresses already exists.",
    async ({ graph, ann, bob }) => {
      graph.app.control("conditions", {
        tenant: TENANT,
        takenAddress: "Request_MultipleObjectsWithSameKeyValue",
      });
      await graph.send("PATCH", `/users/${ann}`, { mail: "one@contoso.com" });
      return graph.send("PATCH", `/users/${bob}`, { mail: "one@contoso.com" });
    },
  ],
  [
    409,
    "Directory_ConcurrencyViolation",
    "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    async ({ graph, clock, ann }) => {
      graph.app.control("conditions", {
        tenant: TENANT,
        objectConflicts: 1,
        latency: { readMs: 9, writeMs: 9, sigma: 0 },
      });
      const both = ["x", "y"].map((city) => graph.send("PATCH", `/users/${ann}`, { city }));
      await clock.jump(10);
      const [, second] = await Promise.all(both);
      assert.ok(second);
      return second;
    },
  ],
  [
    409,
    "Request_MultipleObjectsWithSameKeyValue",
    "property identifierUris already exists.",
    async ({ graph }) => {
      const body = { displayName: "one", identifierUris: ["api://contoso.com/taken"] };
      await graph.send("POST", "/applications", body);
      return graph.send("POST", "/applications", body);
    },
  ],
  [
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
    ({ graph, ann }) => {
      graph.app.control("addRole", {
        tenant: TENANT,
        principal: ann,
        role: "Global Administrator",
      });
      return graph.send("PATCH", `/users/${ann}`, { accountEnabled: false });
    },
  ],
  [
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
    async ({ graph, bob }) => {
      const dynamic = await newGroup(graph, "dynamic", {
        groupTypes: ["DynamicMembership"],
        membershipRule: "user.city -eq 'x'",
      });
      return graph.send("POST", `/groups/${dynamic}/members/$ref`, reference(bob));
    },
  ],
  [
    400,
    "Request_BadRequest",
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
    ({ graph, ann }) => {
      graph.app.control("update", {
        tenant: TENANT,
        id: ann,
        values: { onPremisesSyncEnabled: true },
      });
      return graph.send("PATCH", `/users/${ann}`, { city: "x" });
    },
  ],
  [
    400,
    "Request_BadRequest",
    "License assignment cannot be done for user with invalid usage location.",
    ({ graph, ann }) => graph.send("POST", `/users/${ann}/assignLicense`, license),
  ],
  [
    400,
    "Request_BadRequest",
    "does not have any available licenses.",
    async ({ graph, ann }) => {
      for (let index = 0; index < 25; index += 1) {
        const id = await newUser(graph, `seat${index}`, { usageLocation: "GB" });
        await graph.send("POST", `/users/${id}/assignLicense`, license);
      }
      await graph.send("PATCH", `/users/${ann}`, { usageLocation: "GB" });
      return graph.send("POST", `/users/${ann}/assignLicense`, license);
    },
  ],
  [
    400,
    "Request_UnsupportedQuery",
    "ConsistencyLevel:eventual",
    ({ graph }) => graph.send("GET", "/users?$filter=accountEnabled ne true"),
  ],
  [
    400,
    "Request_UnsupportedQuery",
    "Unsupported or invalid query filter clause specified for property 'createdDateTime' of resource 'Group'.",
    ({ graph }) =>
      graph.send(
        "GET",
        "/groups?$filter=createdDateTime ge 2021-11-01&$count=true",
        undefined,
        EVENTUAL,
      ),
  ],
  [
    400,
    "Request_UnsupportedQuery",
    "DeltaLink older than 30 days is not supported.",
    async ({ graph }) => {
      const link = linkIn(await graph.send("GET", "/users/delta"), "@odata.deltaLink");
      graph.app.control("dayOffset", { tenant: TENANT, days: 31 });
      return graph.send("GET", link);
    },
  ],
  [
    400,
    "Directory_ExpiredPageToken",
    "The specified page token value has expired",
    async ({ graph }) => {
      const link = linkIn(await graph.send("GET", "/users?$top=1"), "@odata.nextLink");
      graph.app.control("dayOffset", { tenant: TENANT, days: 1 });
      return graph.send("GET", link);
    },
  ],
  [
    410,
    "syncStateNotFound",
    "full synchronization",
    async ({ graph }) => {
      const link = linkIn(await graph.send("GET", "/users/delta"), "@odata.deltaLink");
      graph.app.control("dayOffset", { tenant: TENANT, days: 8 });
      return graph.send("GET", link);
    },
  ],
  [
    401,
    "InvalidAuthenticationToken",
    "Continuous access evaluation",
    ({ graph }) => graph.send("GET", "/users", undefined, { token: "revoked" }),
  ],
  [
    401,
    "InvalidAuthenticationToken",
    "the token is expired.",
    ({ graph }) => graph.send("GET", "/users", undefined, { token: "expired" }),
  ],
  [
    405,
    "Request_BadRequest",
    "Specified HTTP method is not allowed for the request target.",
    ({ graph }) => graph.send("PUT", "/users", {}),
  ],
  [
    413,
    "RequestEntityTooLarge",
    "too large",
    ({ graph }) => graph.send("POST", "/users", userBody("x".repeat(5_000_000))),
  ],
  [
    415,
    "BadRequest",
    "Entity only allows writes with a JSON Content-Type header.",
    ({ graph }) =>
      graph.send("POST", "/users", userBody("x"), { headers: { "content-type": "text/plain" } }),
  ],
  [
    501,
    "NotImplemented",
    "This operation target is not yet supported.",
    ({ graph }) => graph.send("GET", "/users?$select=skills"),
  ],
  [
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
    ({ graph, group, ann }) =>
      graph.send("DELETE", `/groups/${group}/members/${ann}`, undefined, {
        roles: ["GroupMember.ReadWrite.All"],
      }),
  ],
];
