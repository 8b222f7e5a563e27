import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { readInboxPath } from "../../../shared/batches/input/inbox-path.ts";
import { fileBatchName, messageFolder } from "../../../shared/batches/message/name.ts";
import { InputRefusal } from "../../../shared/core/input-refusal.ts";
import { nearest } from "../../../shared/core/nearest.ts";
import { nameRuleBroken } from "../../../shared/records/paths.ts";
import { folderOf } from "../../../shared/records/paths.ts";

describe("a batch name", () => {
  it("is 1 to 64 of A-Z a-z 0-9 . _ -", () => {
    for (const name of ["a", "leavers-2026-11-20", "A.b_c-9", "x".repeat(64)]) {
      assert.equal(nameRuleBroken(name), undefined, name);
    }
    for (const name of ["", "x".repeat(65), "a b", "a/b", "..", "../x", "é", "a.", "a\n"]) {
      assert.notEqual(nameRuleBroken(name), undefined, JSON.stringify(name));
    }
  });

  it("cannot be a tenant's folder or that of a message", () => {
    assert.match(nameRuleBroken("0b0e5c0e-1111-4222-A333-444455556666") ?? "", /tenant id/);
    assert.match(nameRuleBroken("message-1") ?? "", /message-/);
  });

  it("is a folder, below the tenant's in any tenant but the home tenant", () => {
    assert.equal(folderOf("home", "home", "leavers"), "leavers");
    assert.equal(folderOf("home", "other", "leavers"), "other/leavers");
  });
});

describe("the batch of a file", () => {
  it("is readable, and differs for another version or path", () => {
    const version = { path: "user.disable/Leavers 20.11.csv", etag: "0x8DE" };
    const name = fileBatchName(version);
    assert.match(name, /^user\.disable-Leavers-20\.11-[0-9a-f]{12}$/);
    assert.equal(fileBatchName({ ...version }), name);
    assert.notEqual(fileBatchName({ ...version, etag: "0x8DF" }), name);
    assert.notEqual(fileBatchName({ ...version, path: "user.disable-Leavers 20.11.csv" }), name);
  });

  it("has a valid name, whatever the path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.string(), (path, etag) => {
        assert.equal(nameRuleBroken(fileBatchName({ path, etag })), undefined);
      }),
    );
  });

  it("is a folder of the message's own if it names no usable batch", () => {
    assert.equal(messageFolder("3f-9"), "message-3f-9");
    assert.equal(messageFolder("../../etc"), "message-etc");
    assert.equal(messageFolder("//"), "message-unknown");
  });
});

const operations = ["user.create", "user.disable", "group.add-member"];
const read = (path: string) => readInboxPath(path, operations);

describe("a path in inbox", () => {
  it("gives the format by its ending and the operation by its folder", () => {
    assert.deepEqual(read("leavers.csv"), { format: "csv", operation: undefined });
    assert.deepEqual(read("hr/2026.11/leavers.CSV"), { format: "csv", operation: undefined });
    assert.deepEqual(read("user.disable/x.jsonl"), { format: "jsonl", operation: "user.disable" });
    assert.deepEqual(read("user.disable/x.json"), { format: "jsonl", operation: "user.disable" });
    assert.equal(read("hr/group.add-member/monday/x.ndjson").operation, "group.add-member");
  });

  const refused: readonly { when: string; path: string; code: string; says: RegExp }[] = [
    {
      when: "it has a .. step at its start",
      path: "../x.csv",
      code: "FILE_NAME_INVALID",
      says: /\.\. step/,
    },
    {
      when: "it has a .. step inside",
      path: "a/../x.csv",
      code: "FILE_NAME_INVALID",
      says: /\.\. step/,
    },
    { when: "it is absolute", path: "/x.csv", code: "FILE_NAME_INVALID", says: /slash/ },
    {
      when: "it is a URL",
      path: "https://account.blob.core.windows.net/inbox/staged/x.csv",
      code: "FILE_NAME_INVALID",
      says: /is a URL, and only its part after inbox\/ is wanted/,
    },
    { when: "it has a backslash", path: "a\\x.csv", code: "FILE_NAME_INVALID", says: /backslash/ },
    {
      when: "it has a control character",
      path: "a\u0007.csv",
      code: "FILE_NAME_INVALID",
      says: /control characters/,
    },
    { when: "it is empty", path: "", code: "FILE_NAME_INVALID", says: /empty/ },
    {
      when: "it has too many levels",
      path: `${"a/".repeat(9)}x.csv`,
      code: "FILE_NAME_INVALID",
      says: /deeper than 8/,
    },
    { when: "it is a workbook", path: "x.xlsx", code: "FILE_NAME_INVALID", says: /format/ },
    { when: "it is XML", path: "x.xml", code: "FILE_NAME_INVALID", says: /format/ },
    {
      when: "its folder nearly names an operation",
      path: "user.disabel/x.csv",
      code: "OPERATION_UNKNOWN",
      says: /Did you mean user\.disable\?/,
    },
    {
      when: "its folders name two operations",
      path: "user.create/user.disable/x.csv",
      code: "FILE_NAME_INVALID",
      says: /more than one operation \(user\.create, user\.disable\)/,
    },
  ];
  for (const { when, path, code, says } of refused) {
    it(`is refused when ${when}`, () => {
      assert.throws(
        () => read(path),
        (error: unknown) => {
          assert.ok(error instanceof InputRefusal);
          assert.equal(error.code, code);
          assert.match(error.what, says);
          assert.notEqual(error.fix, "");
          return true;
        },
      );
    });
  }
});

describe("the nearest known name", () => {
  const names = ["userPrincipalName", "displayName", "user", "user.disable", "user.delete"];
  const meant: readonly (readonly [string, string | undefined])[] = [
    ["displayname", "displayName"],
    ["dispalyName", "displayName"],
    ["UserPrincipleName", "userPrincipalName"],
    ["usr", "user"],
    ["user.disabel", "user.disable"],
    ["quantity", undefined],
    ["", undefined],
  ];
  for (const [word, name] of meant) {
    it(`of "${word}" is ${name ?? "none"}`, () => assert.equal(nearest(word, names), name));
  }
});
