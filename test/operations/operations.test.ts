import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isListCurrent } from "../../scripts/write-operations.ts";
import type { GuardedCounts } from "../../shared/catalogue/guarded.ts";
import { type Found, operationNamed } from "../../shared/catalogue/operation.ts";
import type { Payload } from "../../shared/catalogue/payload.ts";
import { type ReadyWrite, isPending } from "../../shared/catalogue/row.ts";
import type { Touched } from "../../shared/catalogue/touched.ts";
import { type ObjectId, toObjectId } from "../../shared/core/object-id.ts";
import { catalogue, type OperationName } from "../../shared/operations/list.ts";

const ann = toObjectId("0b0e5c0e-1111-4222-a333-444455556666");
const team = toObjectId("11111111-1111-4111-8111-111111111111");
const make = { password: () => "made-when-sent", graphRoot: "https://graph.microsoft.com/v1.0" };
const found = (id: ObjectId, object: Payload = {}): Found => ({ state: "found", id, object });

interface Row {
  payload: Payload;
  found: Readonly<Record<string, Found>>;
  keys: readonly string[];
  request: unknown;
  /** What guards count of it, knowing what is there. */
  guarded?: GuardedCounts;
  /** What it changes, of the object as it was found. */
  touched: Touched;
}

// Keyed by the catalogue, so a new operation does not type-check until it has a row here.
const written: Record<OperationName, Row> = {
  "user.create": {
    payload: { userPrincipalName: "bo@contoso.com", displayName: "Bo" },
    found: { user: { state: "missing" } },
    keys: ["upn:bo@contoso.com"],
    touched: {
      before: {},
      after: {
        userPrincipalName: "bo@contoso.com",
        displayName: "Bo",
        accountEnabled: true,
        mailNickname: "bo",
      },
    },
    request: {
      method: "POST",
      url: "/users",
      body: {
        userPrincipalName: "bo@contoso.com",
        displayName: "Bo",
        accountEnabled: true,
        mailNickname: "bo",
        passwordProfile: { password: "made-when-sent", forceChangePasswordNextSignIn: true },
      },
    },
  },
  "user.update": {
    payload: { user: ann, jobTitle: "Engineer", mobilePhone: null },
    found: { user: found(ann, { jobTitle: "Student", mobilePhone: null }) },
    keys: [`object:${ann}`],
    request: {
      method: "PATCH",
      url: `/users/${ann}`,
      body: { jobTitle: "Engineer", mobilePhone: null },
    },
    touched: {
      before: { jobTitle: "Student", mobilePhone: null },
      after: { jobTitle: "Engineer", mobilePhone: null },
    },
  },
  "user.disable": {
    payload: { user: "ann@contoso.com" },
    found: { user: found(ann, { accountEnabled: true }) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: { accountEnabled: false } },
    guarded: { disables: 1 },
    touched: { before: { accountEnabled: true }, after: { accountEnabled: false } },
  },
  "user.enable": {
    payload: { user: "ann@contoso.com" },
    found: { user: found(ann, { accountEnabled: false }) },
    keys: [`object:${ann}`],
    request: { method: "PATCH", url: `/users/${ann}`, body: { accountEnabled: true } },
    touched: { before: { accountEnabled: false }, after: { accountEnabled: true } },
  },
  "user.restore": {
    payload: { user: ann },
    found: {
      user: { state: "missing" },
      deleted: found(ann, { userPrincipalName: `${ann.replaceAll("-", "")}Ann@contoso.com` }),
    },
    keys: [`object:${ann}`, "upn:ann@contoso.com"],
    request: { method: "POST", url: `/directory/deletedItems/${ann}/restore`, body: {} },
    touched: { before: { deleted: true }, after: { deleted: false } },
  },
  "user.delete": {
    payload: { user: ann },
    found: { user: found(ann, { id: ann, userPrincipalName: "ann@contoso.com" }) },
    keys: [`object:${ann}`],
    request: { method: "DELETE", url: `/users/${ann}` },
    guarded: { deletes: 1 },
    touched: { before: { userPrincipalName: "ann@contoso.com" }, after: {} },
  },
  "group.add-member": {
    payload: { group: "Team", member: ann },
    found: { group: found(team, { groupTypes: [], securityEnabled: true }) },
    keys: [`edge:${team}/${ann}`, `object:${ann}`],
    request: {
      method: "POST",
      url: `/groups/${team}/members/$ref`,
      body: { "@odata.id": `${make.graphRoot}/directoryObjects/${ann}` },
    },
    touched: { after: { membership: "present" } },
  },
  "group.remove-member": {
    payload: { group: team, member: "ann@contoso.com" },
    found: { group: found(team), member: found(ann) },
    keys: [`edge:${team}/${ann}`, `object:${ann}`],
    request: { method: "DELETE", url: `/groups/${team}/members/${ann}/$ref` },
    guarded: { "membership-removals": 1 },
    touched: { after: { membership: "absent" } },
  },
};

describe("a row becomes the Graph request of its operation", () => {
  for (const [name, row] of Object.entries(written)) {
    it(name, () => {
      const operation = operationNamed(catalogue, name);
      assert.ok(operation);
      const decision = operation.decide(row.payload, row.found);
      assert.ok("write" in decision, JSON.stringify(decision));
      assert.ok(!isPending(decision.write));
      assert.deepEqual(decision.write.keys, row.keys);
      assert.deepEqual(operation.request(decision.write, make), row.request);
      assert.deepEqual(operation.guarded(row.payload, row.found), row.guarded ?? {});
      const { user } = row.found;
      const present = user?.state === "found" ? user.object : undefined;
      assert.deepEqual(operation.touched(decision.write, present), row.touched);
      const needed = operation.permissions(Object.keys(row.payload));
      assert.ok(needed.length > 0);
      assert.ok(needed.every((permission) => operation.allPermissions.includes(permission)));
      assert.ok(!operation.allPermissions.includes("Directory.ReadWrite.All"));
    });
  }
});

describe("a row whose change is in place is unchanged", () => {
  const same: { name: OperationName; payload: Payload; object: Payload }[] = [
    { name: "user.disable", payload: { user: ann }, object: { accountEnabled: false } },
    { name: "user.enable", payload: { user: ann }, object: { accountEnabled: true } },
    { name: "user.restore", payload: { user: ann }, object: {} },
    {
      name: "user.update",
      payload: { user: ann, businessPhones: ["1"], employeeHireDate: "2026-01-01T00:00:00Z" },
      object: { businessPhones: ["1"], employeeHireDate: "2026-01-01T00:00:00.000Z" },
    },
    {
      name: "user.create",
      payload: { userPrincipalName: "a@b.c", displayName: "A" },
      object: {
        userPrincipalName: "a@b.c",
        displayName: "A",
        mailNickname: "a",
        accountEnabled: true,
      },
    },
  ];
  for (const { name, payload, object } of same) {
    it(name, () => {
      const decision = catalogue[name].decide(payload, { user: found(ann, object) });
      assert.ok("final" in decision && decision.final.verdict === "unchanged");
      assert.equal(decision.final.objectId, ann);
    });
  }
});

describe("a row fails before anything is sent", () => {
  const group = (object: Payload): Readonly<Record<string, Found>> => ({
    group: found(team, object),
  });
  const edge = { group: team, member: ann };
  const refused: {
    when: string;
    name: OperationName;
    payload: Payload;
    found: Readonly<Record<string, Found>>;
    says: RegExp;
  }[] = [
    {
      when: "the user does not exist",
      name: "user.delete",
      payload: { user: ann },
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
    {
      when: "no deleted user has the id",
      name: "user.restore",
      payload: { user: ann },
      found: { user: { state: "missing" }, deleted: { state: "missing" } },
      says: /No deleted user has this id/,
    },
    {
      when: "the user to enable is synchronised",
      name: "user.enable",
      payload: { user: ann },
      found: { user: found(ann, { accountEnabled: false, onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
    {
      when: "two groups have the name",
      name: "group.add-member",
      payload: edge,
      found: { group: { state: "ambiguous", count: 2 } },
      says: /More than one/,
    },
    {
      when: "the group is dynamic",
      name: "group.add-member",
      payload: edge,
      found: group({ groupTypes: ["DynamicMembership"] }),
      says: /rule/,
    },
    {
      when: "the group is synchronised",
      name: "group.remove-member",
      payload: edge,
      found: group({ onPremisesSyncEnabled: true }),
      says: /on-premises/,
    },
    {
      when: "the group is mail-enabled",
      name: "group.add-member",
      payload: edge,
      found: group({ mailEnabled: true, groupTypes: [] }),
      says: /distribution list/,
    },
    {
      when: "an update sets nothing",
      name: "user.update",
      payload: { user: ann },
      found: { user: found(ann) },
      says: /sets no property/,
    },
    {
      when: "the name is another user's",
      name: "user.create",
      payload: { userPrincipalName: "a@b.c", displayName: "A" },
      found: { user: found(ann, { displayName: "Z" }) },
      says: /exists, with other values/,
    },
    {
      when: "the user to disable is synchronised",
      name: "user.disable",
      payload: { user: ann },
      found: { user: found(ann, { accountEnabled: true, onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
  ];
  for (const { when, name, payload, found: state, says } of refused) {
    it(`when ${when}`, () => {
      const decision = catalogue[name].decide(payload, state);
      assert.ok("final" in decision);
      assert.equal(decision.final.verdict, "failed");
      assert.match(decision.final.reason ?? "", says);
      assert.ok((decision.final.fix ?? "").length > 10, "it says what to do");
    });
  }
});

describe("deleting a member instead of a membership", () => {
  it("cannot be written: only the request module makes a URL that may be deleted", () => {
    const write: ReadyWrite = {
      target: { kind: "membership", group: team, member: ann },
      keys: [],
    };
    const request = catalogue["group.remove-member"].request(write, make);
    assert.match(request.url, /\/\$ref$/);
    // @ts-expect-error -- a plain URL is no DeletableUrl
    const planted: typeof request = { method: "DELETE", url: `/groups/${team}/members/${ann}` };
    assert.ok(planted);
  });
});

describe("the operation catalogue", () => {
  it("lists every file in operations/", () => assert.ok(isListCurrent(), "run: npm run build"));
  it("has no operation under the name of an object's method", () =>
    assert.equal(operationNamed(catalogue, "toString"), undefined));
});
