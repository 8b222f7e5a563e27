import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { lackingIn } from "../../../shared/batches/plan/preflight.ts";
import { isCovered } from "../../../shared/catalogue/refusals/permission-cover.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { catalogue } from "../../../shared/operations/list.ts";
import { heldBlob } from "../../../shared/records/paths.ts";
import {
  DELETE_USERS,
  type Needs,
  CREATE_GROUPS,
  WRITE_GROUPS,
  WRITE_UNITS,
  WRITE_MEMBERS,
  WRITE_USERS,
} from "../../cloud/graph/rules/permission.ts";
import { capsWith } from "../../guards/caps.ts";
import { home, openWorkshop, settings } from "../workshop.ts";

const granted = Object.values(catalogue).flatMap((each) => each.allPermissions);
const without = (...names: string[]): string[] => granted.filter((each) => !names.includes(each));
/** Without what disables an account, by itself or as part of more. */
const unableToDisable = without("User.EnableDisableAccount.All", "User.ReadWrite.All");

/** A directory of so many enabled users, and the message that disables them all. */
function leavers(count: number, more: Parameters<typeof openWorkshop>[0]) {
  const workshop = openWorkshop({ settings: { ...settings, capsFor: () => capsWith() }, ...more });
  const rows = Array.from({ length: count }, (_, at) => {
    workshop.directory.addUser(`user${at}@contoso.com`, { accountEnabled: true });
    return { user: `user${at}@contoso.com` };
  });
  const message = { version: 1, batch: "leavers", mode: "apply", operation: "user.disable", rows };
  const read = (name: string) => workshop.blobs.batches.json(`leavers/${name}`);
  return { workshop, message, read };
}

describe("a batch that needs a permission which the token lacks", () => {
  it("is held before its first row, with the permission, the rows and a fix", async () => {
    const asked: boolean[] = [];
    const { workshop, message, read } = leavers(412, {
      rolesFor: async (_tenant, { fresh }) => {
        asked.push(fresh);
        return unableToDisable;
      },
    });
    await workshop.deliver(message);
    const status = read("status.json");
    assert.equal(status["state"], "held");
    assert.deepEqual(status["verdicts"], { ...zero, held: 412 });
    assert.match(
      String(status["reason"]),
      /missing User\.EnableDisableAccount\.All, needed by 412 rows of user\.disable/,
    );
    assert.match(String(status["fix"]), /^Grant User\.EnableDisableAccount\.All.*adminconsent/);
    assert.deepEqual(asked, [false, true], "a new token was asked for before it was held");
    assert.deepEqual(workshop.rings, []);
    assert.deepEqual([...workshop.blobs.runner.blobs.keys()], [heldBlob(home, "leavers")]);
    const held = workshop.events.find(({ event }) => event === "batch.held");
    assert.ok(held?.event === "batch.held");
    assert.deepEqual(
      [held.guard, held.count, held.setting],
      ["permission", 412, "User.EnableDisableAccount.All"],
    );
  });

  it("runs if the permission was granted after the token was issued", async () => {
    const { workshop, message, read } = leavers(3, {
      rolesFor: async (_tenant, { fresh }) => (fresh ? granted : unableToDisable),
    });
    await workshop.deliver(message);
    assert.equal(workshop.rings.length, 1);
    assert.equal(read("plan.json")["lacking"], undefined);
  });

  it("says so in mode plan, which holds nothing", async () => {
    const { workshop, message, read } = leavers(3, { rolesFor: async () => unableToDisable });
    await workshop.deliver({ ...message, mode: "plan" });
    assert.equal(read("status.json")["state"], "planned");
    assert.match(String(read("status.json")["fix"]), /would be held: missing User\.Enable/);
    assert.deepEqual(read("plan.json")["lacking"], [
      {
        permission: "User.EnableDisableAccount.All",
        rows: 3,
        operations: ["user.disable"],
        held: true,
      },
    ]);
  });

  it("runs with PREFLIGHT warn, for an application with a directory role", async () => {
    const { workshop, message, read } = leavers(3, {
      rolesFor: async () => [],
      settings: { ...settings, preflight: "warn" },
    });
    await workshop.deliver(message);
    assert.equal(workshop.rings.length, 1);
    assert.equal((read("plan.json")["lacking"] as unknown[]).length, 1);
  });

  it("is not checked if nothing is to be written", async () => {
    const workshop = openWorkshop({
      rolesFor: async () => {
        throw new TypeError("asked");
      },
    });
    workshop.directory.addUser("off@contoso.com", { accountEnabled: false });
    const rows = [{ operation: "user.disable", user: "off@contoso.com" }];
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
    assert.equal(workshop.blobs.batches.json("b/status.json")["state"], "finished");
  });

  it("waits if a new token cannot be acquired", async () => {
    const { workshop, message } = leavers(1, {
      rolesFor: async (_tenant, { fresh }) => {
        if (!fresh) return unableToDisable;
        throw new OperatorError("TOKEN_UNREACHABLE", "down", { fix: "wait", disposition: "retry" });
      },
    });
    const delivery = { messageId: "m", deadlineMs: Infinity };
    const result = await workshop.batches.accept(message, delivery);
    assert.equal(result.state, "again");
    assert.deepEqual(workshop.rings, []);
  });
});

const zero = { done: 0, unchanged: 0, skipped: 0, failed: 0, held: 0, pending: 0 };

describe("no batch is held that Graph would run", () => {
  it("for lack of a permission to read, because the plan's own reads succeeded", () => {
    for (const name of ["User.Read.All", "User.ReadBasic.All", "GroupMember.Read.All"]) {
      const planned = { permissions: { [name]: 1 }, operations: {} };
      assert.deepEqual(lackingIn(planned, [], catalogue), []);
    }
  });

  // What the local cloud lets through by its rules, which its own tests hold against the documentation.
  const allowed: Readonly<Record<string, Needs>> = {
    "User.ReadWrite.All": WRITE_USERS,
    "User.EnableDisableAccount.All": WRITE_USERS,
    "User-Phone.ReadWrite.All": WRITE_USERS,
    "User-Mail.ReadWrite.All": WRITE_USERS,
    "User.RevokeSessions.All": WRITE_USERS,
    // user-update names no other, and the permissions reference the one over the directory.
    "User-PasswordProfile.ReadWrite.All": [
      "User-PasswordProfile.ReadWrite.All",
      "Directory.ReadWrite.All",
    ],
    "GroupMember.ReadWrite.All": WRITE_MEMBERS,
    "Group.ReadWrite.All": WRITE_GROUPS,
    "Group.Create": CREATE_GROUPS,
    "AdministrativeUnit.ReadWrite.All": WRITE_UNITS,
    // Directory.ReadWrite.All deletes no user (Graph permissions reference).
    "User.DeleteRestore.All": DELETE_USERS.filter((each) => each !== "Directory.ReadWrite.All"),
  };
  for (const [permission, needs] of Object.entries(allowed)) {
    it(`for want of ${permission} where ${needs.join(" or ")} is there`, () => {
      for (const need of needs) assert.ok(isCovered(permission, [need].flat()), String(need));
    });
  }

  it("because the table of broader permissions knows every permission of the catalogue", () => {
    const writing = [...new Set(granted)].filter((each) => !/\.Read(Basic)?\.All$/.test(each));
    const alone = writing.filter(
      (each) => !isCovered(each, ["User.ReadWrite.All", "Group.ReadWrite.All"]),
    );
    assert.deepEqual(
      alone.toSorted(),
      [
        "AdministrativeUnit.ReadWrite.All",
        "Device.ReadWrite.All",
        "User-LifeCycleInfo.ReadWrite.All",
        "User-PasswordProfile.ReadWrite.All",
      ],
      "they have no broader one of these",
    );
  });
});

describe("what is lacking", () => {
  it("names the operations of the batch that need it, and no others", () => {
    const totals = {
      permissions: { "User.ReadWrite.All": 7, "User.DeleteRestore.All": 2, "User.Read.All": 9 },
      operations: {
        "user.update": { rows: 5, writes: 4 },
        "user.create": { rows: 3, writes: 3 },
        "user.delete": { rows: 2, writes: 2 },
        "user.disable": { rows: 2, writes: 0 },
      },
    };
    assert.deepEqual(lackingIn(totals, [], catalogue), [
      { permission: "User.DeleteRestore.All", rows: 2, operations: ["user.delete"] },
      { permission: "User.ReadWrite.All", rows: 7, operations: ["user.update", "user.create"] },
    ]);
  });
});
