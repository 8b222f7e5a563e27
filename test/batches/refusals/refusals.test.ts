import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { recordOf } from "../../../shared/core/record.ts";
import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { startCloud } from "../../cloud/start-cloud.ts";
import { Office } from "../../operations/live/office.ts";
import {
  newName,
  openDirectory,
  type TestDirectory,
} from "../../operations/live/test-directory.ts";
import { enterCloud } from "../../stage/enter-cloud.ts";

const roles = [
  "GroupMember.ReadWrite.All",
  "LicenseAssignment.Read.All",
  "LicenseAssignment.ReadWrite.All",
  "RoleManagement.Read.Directory",
  "User.EnableDisableAccount.All",
  "User.Read.All",
  "User.ReadWrite.All",
];

describe("a row that Graph refuses with 403 tells in the report", () => {
  let cloud: LocalCloud;
  let directory: TestDirectory;
  let office: Office;
  before(async () => {
    cloud = await startCloud({
      storage: false,
      latency: false,
      graph: { seed: { users: 5 }, journal: 500 },
    });
    enterCloud(cloud);
    directory = await openDirectory(cloud);
    office = await Office.open(cloud, roles);
  });
  after(() => cloud.close());

  /** Plans rows, changes the directory, runs them, and answers what the report says of each. */
  const told = async (rows: readonly object[], meanwhile: () => Promise<unknown>) => {
    const batch = newName("told");
    await office.plan(batch, rows);
    await meanwhile();
    const ended = await office.run(batch);
    return ended.rows.map(({ verdict, reason, fix }) => {
      assert.equal(verdict, "failed");
      return `${reason} ${fix}`;
    });
  };
  const addRole = (principal: string, role: string) =>
    directory.control("addRole", { principal, role });

  it("which directory roles the user holds", async () => {
    const { id } = await directory.addUser();
    const [said = ""] = await told([{ operation: "user.disable", user: id }], () =>
      addRole(id, "Global Administrator"),
    );
    assert.match(said, /^The user holds a directory role: Global Administrator \(Graph: 403/);
    assert.match(said, /administrator with a higher role has to do it/);
  });

  it("that the user is in a role-assignable group", async () => {
    const { id } = await directory.addUser();
    const group = await directory.addGroup({ isAssignableToRole: true });
    const [said = ""] = await told([{ operation: "user.disable", user: id }], () =>
      directory.addMember(group, id),
    );
    assert.match(said, /^The user is in a group that can hold directory roles/);
  });

  it("that the group can hold directory roles", async () => {
    const group = await directory.addGroup();
    const { id } = await directory.addUser();
    const [said = ""] = await told([{ operation: "group.add-member", group, member: id }], () =>
      directory.control("update", { id: group, values: { isAssignableToRole: true } }),
    );
    assert.match(said, /^The group is a group that can hold directory roles/);
  });

  it("that the object is in a restricted unit", async () => {
    const { id } = await directory.addUser();
    const [said = ""] = await told([{ operation: "user.disable", user: id }], () =>
      directory.control("update", { id, values: { isManagementRestricted: true } }),
    );
    assert.match(said, /^The user is in a restricted management administrative unit/);
  });

  it("which permission would let it tell, if what protects may not be read", async () => {
    const { id } = await directory.addUser();
    await directory.control("addFault", {
      at: "part",
      path: "/transitiveMemberOf/microsoft.graph.directoryRole",
      fault: { kind: "status", status: 403, code: "Authorization_RequestDenied" },
    });
    const [said = ""] = await told([{ operation: "user.disable", user: id }], () =>
      addRole(id, "Global Administrator"),
    );
    await directory.control("clearFaults", {});
    assert.match(said, /may not read whether the user holds a directory role/);
    assert.match(said, /Grant RoleManagement\.Read\.Directory, so that the next report tells/);
  });

  it("that the cause is unknown, with the request id, if nothing is found", async () => {
    const { id } = await directory.addUser();
    const rows = [{ operation: "user.disable", user: id }];
    const [said = ""] = await told(rows, () =>
      directory.control("addFault", {
        at: "part",
        method: "PATCH",
        times: 1,
        fault: { kind: "status", status: 403, code: "Authorization_RequestDenied" },
      }),
    );
    assert.match(said, /for a cause that is unknown: its token has every permission/);
    assert.match(said, /finds the request by its id, [0-9a-f-]{36}\/r\d/);
  });

  it("which product has no seat left, how many there are, and how many rows lack one", async () => {
    const users = await Promise.all(
      [1, 2, 3].map(() => directory.addUser({ usageLocation: "DE" })),
    );
    const rows = users.map(({ id }) => ({
      operation: "user.assign-license",
      user: id,
      licenses: "STANDARDPACK",
    }));
    const sku = "18181a46-0d4e-45cd-891e-60aabd171b4e";
    const said = await told(rows, () => directory.control("seats", { sku, enabled: 0 }));
    for (const each of said) {
      assert.match(
        each,
        /^No seat of the product STANDARDPACK \(18181a46-.*\) is left: \d+ of 0 are taken/,
      );
      assert.match(each, /3 rows of this batch lack one .*Buy 3 seats/s);
    }
  });

  it("which object has the name already", async () => {
    const userPrincipalName = `${newName("taken")}@${directory.domain}`;
    let id = "";
    const rows = [{ operation: "user.create", userPrincipalName, displayName: "Bo" }];
    const [said = ""] = await told(rows, async () => {
      ({ id } = await directory.addUser({ userPrincipalName, displayName: "Bo Berg" }));
    });
    assert.match(
      said,
      /^Another object has this userPrincipalName: Bo Berg \([0-9a-f-]{36}\) \(Graph: /,
    );
    assert.ok(said.includes(id));
  });

  it("which object has the address already", async () => {
    const mail = `${newName("taken")}@${directory.domain}`;
    const { id } = await directory.addUser();
    const rows = [{ operation: "user.update", user: id, mail }];
    const [said = ""] = await told(rows, async () => {
      await directory.ask("PATCH", `/users/${(await directory.addUser()).id}`, { mail });
    });
    assert.match(said, /^Another object has this (proxyAddresses|mail): user-[0-9a-f]+ \(/);
  });

  it("for one resource unit a question and object, however many rows there are", async () => {
    const { id } = await directory.addUser();
    const rows = Array.from({ length: 30 }, (_, at) => ({
      operation: "user.update",
      user: id,
      mobilePhone: `+49 ${at}`,
    }));
    const said = await told(rows, () => addRole(id, "Global Administrator"));
    assert.equal(said.length, rows.length);
    const posts = await directory.control("journal", {});
    const asked = posts.flatMap(({ requestBody, body }) => {
      const costs = new Map(
        parts(recordOf(body)["responses"]).map((part) => [part["id"], recordOf(part["headers"])]),
      );
      return parts(recordOf(requestBody)["requests"])
        .filter(({ url }) => /transitiveMemberOf|isManagementRestricted/.test(String(url)))
        .filter(({ url }) => String(url).includes(id))
        .map((part) => costs.get(part["id"])?.["x-ms-resource-unit"]);
    });
    assert.deepEqual(asked, ["1", "1", "1"]);
  });
});

const parts = (of: unknown) => (Array.isArray(of) ? of.map(recordOf) : []);
