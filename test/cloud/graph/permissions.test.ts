import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, PRINCIPAL, TENANT, type GraphFixture } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  groupBody,
  newGroup,
  newUser,
  reference,
  userBody,
} from "./testing/people.ts";

const DATA = new URL("../../../../shared/data/graph-permissions.json", import.meta.url);

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly leastPrivileged: readonly {
    readonly name: string;
    readonly alsoRequires: readonly string[];
  }[];
  readonly delegatedOnly: boolean;
}

/** Operations that are not emulated: they answer 501 for any permission. */
const NOT_EMULATED = /authentication\/methods/;

/** Existing objects for the parameters of a path, by the data's names for them. */
async function objects(graph: GraphFixture): Promise<Readonly<Record<string, string>>> {
  const user = await newUser(graph, "subject");
  const group = await newGroup(graph, "holder");
  const unit = await graph.send("POST", "/directory/administrativeUnits", { displayName: "unit" });
  const device = graph.app.control("create", {
    tenant: TENANT,
    kind: "device",
    values: { deviceId: "d", operatingSystem: "Windows" },
  });
  const application = await graph.send("POST", "/applications", { displayName: "app" });
  const principal = await graph.send("POST", "/servicePrincipals", {
    appId: application.body["appId"],
  });
  const deleted = await newUser(graph, "deleted");
  await graph.send("DELETE", `/users/${deleted}`);
  return {
    "user-id": user,
    "group-id": group,
    "device-id": device.id,
    "application-id": String(application.body["id"]),
    "servicePrincipal-id": String(principal.body["id"]),
    "administrativeUnit-id": String(unit.body["id"]),
    "directoryObject-id": user,
    "deleted-id": deleted,
    uniqueName: "none",
    appId: String(application.body["appId"]),
    deviceId: "d",
  };
}

const BODIES: readonly (readonly [RegExp, (ids: Readonly<Record<string, string>>) => unknown])[] = [
  [/^POST .*\$ref$|^PUT /, (ids) => reference(ids["user-id"] ?? "")],
  [/^POST \/users$/, () => userBody("new")],
  [/^POST \/groups$/, () => groupBody("new")],
  [
    /^POST \/directory\/administrativeUnits\/.*members$/,
    () => ({ "@odata.type": "#microsoft.graph.group", ...groupBody("inside") }),
  ],
  [/MemberGroups$/, () => ({ groupIds: [], securityEnabledOnly: false })],
  [/MemberObjects$/, () => ({ ids: [], securityEnabledOnly: false })],
  [/getByIds$/, (ids) => ({ ids: [ids["user-id"]] })],
  [/assignLicense$/, () => ({ addLicenses: [], removeLicenses: [] })],
  [
    /^POST \/invitations$/,
    () => ({ invitedUserEmailAddress: "a@b.org", inviteRedirectUrl: "https://b.org" }),
  ],
  [
    /appRole/,
    (ids) => ({
      principalId: ids["user-id"],
      resourceId: ids["servicePrincipal-id"],
      appRoleId: TENANT,
    }),
  ],
  [/^POST|^PATCH/, () => ({ displayName: "changed" })],
];

const NAMED = {
  identities: [{ signInType: "userPrincipalName", issuerAssignedId: "a@contoso.com" }],
};

describe("permissions", () => {
  it("every listed operation accepts its least-privileged permission and refuses a token without roles [graph-permissions.json]", async (t) => {
    if (!existsSync(DATA)) {
      return t.diagnostic(
        "left out: ../shared/data/graph-permissions.json is not beside this repository",
      );
    }
    const { operations } = JSON.parse(readFileSync(DATA, "utf8")) as {
      operations: readonly Listed[];
    };
    const wrong: string[] = [];
    let held = 0;
    for (const { method, path, leastPrivileged, delegatedOnly } of operations) {
      if (delegatedOnly || path === "/$batch" || NOT_EMULATED.test(path)) continue;
      const graph = graphFixture();
      const ids = await objects(graph);
      // Objects that the caller owns, for Application.ReadWrite.OwnedBy.
      for (const name of ["application-id", "servicePrincipal-id"]) {
        const from = ids[name] ?? "";
        graph.app.control("link", { tenant: TENANT, relation: "owners", from, to: PRINCIPAL });
      }
      const url = path
        .replace("()", "")
        .replace(/deletedItems\/\{[^}]+\}/, `deletedItems/${ids["deleted-id"]}`)
        .replace(/\{([^}]+)\}/g, (_all, name: string) => ids[name] ?? TENANT);
      const line = `${method} ${path}`;
      const body =
        method === "GET" || method === "DELETE"
          ? undefined
          : BODIES.find(([pattern]) => pattern.test(line))?.[1](ids);
      const roles = leastPrivileged.flatMap((one) => [one.name, ...one.alsoRequires]);
      const headers = { consistencylevel: "eventual" };
      const without = await graph.send(method, url, body, { roles: [], headers });
      const granted = await graph.send(method, url, body, { roles, headers });
      if (granted.status === 403 || granted.status >= 500)
        wrong.push(`${line} with ${roles.join("+")}: ${granted.text}`);
      if (without.status !== 403)
        wrong.push(`${line} without roles: ${without.status} ${without.text}`);
      held += 1;
    }
    assert.deepEqual(wrong, []);
    t.diagnostic(`${held} operations checked against the data`);
  });

  const graph = graphFixture();
  const { send } = graph;

  it("a refusal is a 403 with Graph's body, before any object is looked up [errors]", async () => {
    const reply = await send("GET", "/users/nobody@contoso.com", undefined, {
      roles: ["Mail.Read"],
    });
    assertRefused(
      reply,
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    );
  });

  const updates = [
    {
      sets: { accountEnabled: false },
      needs: ["User.EnableDisableAccount.All", "User.Read.All"],
      not: ["User.EnableDisableAccount.All"],
    },
    {
      sets: { passwordProfile: { password: "Correct-Horse-9" } },
      needs: ["User-PasswordProfile.ReadWrite.All"],
      not: ["User.ReadWrite.All"],
    },
    { sets: { mobilePhone: "1" }, needs: ["User-Phone.ReadWrite.All"], not: ["User.Read.All"] },
    {
      sets: { otherMails: ["a@b.org"] },
      needs: ["User-Mail.ReadWrite.All"],
      not: ["User-Phone.ReadWrite.All"],
    },
    { sets: NAMED, needs: ["User.ManageIdentities.All"], not: ["User.ReadWrite.All"] },
    {
      sets: { employeeLeaveDateTime: "2027-01-01T00:00:00Z" },
      needs: ["User-LifeCycleInfo.ReadWrite.All", "User.Read.All"],
      not: ["User.ReadWrite.All"],
    },
    { sets: { department: "x" }, needs: ["User.ReadWrite.All"], not: ["User-Phone.ReadWrite.All"] },
    {
      sets: { department: "x", mobilePhone: "1" },
      needs: ["User.ReadWrite.All"],
      not: ["User-Phone.ReadWrite.All"],
    },
  ] as const;
  for (const { sets, needs, not } of updates) {
    it(`PATCH of ${Object.keys(sets).join(" and ")} needs ${needs.join(" + ")}; ${not.join(" + ")} is not enough [user-update]`, async () => {
      const id = await newUser(graph, `p-${Object.keys(sets).join("-")}`);
      assert.equal((await send("PATCH", `/users/${id}`, sets, { roles: needs })).status, 204);
      assertRefused(
        await send("PATCH", `/users/${id}`, sets, { roles: not }),
        403,
        "Authorization_RequestDenied",
      );
    });
  }

  it("User.ReadBasic.All shows the basic profile only [permissions-reference]", async () => {
    const id = await newUser(graph, "basic", { jobTitle: "Clerk" });
    const roles = ["User.ReadBasic.All"];
    const { body } = await send("GET", `/users/${id}`, undefined, { roles });
    assert.deepEqual([body["displayName"], body["jobTitle"]], ["basic", null]);
    assertRefused(
      await send("GET", `/users/${id}?$select=jobTitle`, undefined, { roles }),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("GroupMember.ReadWrite.All allows adding members but no other change of a group [group-update]", async () => {
    const [id, member] = [await newGroup(graph, "g"), await newUser(graph, "m")];
    const roles = ["GroupMember.ReadWrite.All"];
    const bind = { "members@odata.bind": bindings([member]) };
    assert.equal((await send("PATCH", `/groups/${id}`, bind, { roles })).status, 204);
    assert.equal(
      (await send("PATCH", `/groups/${id}`, { description: "x" }, { roles })).status,
      403,
    );
    assert.equal(
      (await send("PATCH", `/groups/${id}`, { ...bind, description: "x" }, { roles })).status,
      403,
    );
  });

  it("a member of another kind needs that kind's permission too [group-post-members]", async () => {
    const id = await newGroup(graph, "kinds");
    const device = graph.app.control("create", { tenant: TENANT, kind: "device", values: {} });
    const add = (roles: readonly string[]) =>
      send("POST", `/groups/${id}/members/$ref`, reference(device.id), { roles });
    assert.equal((await add(["GroupMember.ReadWrite.All"])).status, 403);
    assert.equal((await add(["GroupMember.ReadWrite.All", "Device.ReadWrite.All"])).status, 204);
  });

  it("Group.Create alone cannot bind users [group-post-groups]", async () => {
    const member = await newUser(graph, "named");
    const body = groupBody("created", { "members@odata.bind": bindings([member]) });
    assert.equal((await send("POST", "/groups", body, { roles: ["Group.Create"] })).status, 403);
    const both = { roles: ["Group.Create", "User.Read.All"] };
    assert.equal((await send("POST", "/groups", body, both)).status, 201);
  });

  it("sensitive changes to an administrator are refused unless the application outranks it [resources/users]", async () => {
    const admin = await newUser(graph, "admin");
    graph.app.control("addRole", {
      tenant: TENANT,
      principal: admin,
      role: "Exchange Administrator",
    });
    const changes = (): Promise<readonly number[]> =>
      Promise.all(
        [{ accountEnabled: true }, { mobilePhone: "1" }, { department: "x" }].map(
          async (change) => (await send("PATCH", `/users/${admin}`, change)).status,
        ),
      );
    assert.deepEqual(await changes(), [403, 403, 204]);
    assertRefused(await send("DELETE", `/users/${admin}`), 403, "Authorization_RequestDenied");
    graph.app.control("addRole", {
      tenant: TENANT,
      principal: PRINCIPAL,
      role: "User Administrator",
    });
    assert.deepEqual(await changes(), [403, 403, 204]);
    graph.app.control("addRole", {
      tenant: TENANT,
      principal: PRINCIPAL,
      role: "Privileged Authentication Administrator",
    });
    assert.deepEqual(await changes(), [204, 204, 204]);
    assert.equal((await send("DELETE", `/users/${admin}`)).status, 204);
  });

  it("so are those to a member or owner of a role-assignable group [resources/users]", async () => {
    const plain = graphFixture();
    const person = await newUser(plain, "near");
    await newGroup(plain, "roles", {
      isAssignableToRole: true,
      "members@odata.bind": bindings([person]),
    });
    assert.equal(
      (await plain.send("PATCH", `/users/${person}`, { accountEnabled: false })).status,
      403,
    );
  });

  it("members of a restricted unit cannot be changed [administrativeUnit, restricted management]", async () => {
    const plain = graphFixture();
    const person = await newUser(plain, "kept");
    const unit = await plain.send("POST", "/directory/administrativeUnits", {
      displayName: "Restricted",
      isMemberManagementRestricted: true,
    });
    const url = `/directory/administrativeUnits/${unit.body["id"]}/members`;
    assert.equal((await plain.send("POST", `${url}/$ref`, reference(person))).status, 204);
    const { body } = await plain.send("GET", `/users/${person}?$select=isManagementRestricted`);
    assert.equal(body["isManagementRestricted"], true);
    assert.equal((await plain.send("PATCH", `/users/${person}`, { department: "x" })).status, 403);
    assert.equal((await plain.send("DELETE", `/users/${person}`)).status, 403);
    assert.equal((await plain.send("DELETE", `${url}/${person}/$ref`)).status, 204);
    assert.equal((await plain.send("PATCH", `/users/${person}`, { department: "x" })).status, 204);
  });

  contractHolds(graph);
});
