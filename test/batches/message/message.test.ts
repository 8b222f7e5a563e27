import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { blobEventOf } from "../../../shared/batches/message/blob-event.ts";
import { type BatchMessage, readEnvelope } from "../../../shared/batches/message/envelope.ts";
import { OperatorError } from "../../../shared/core/errors.ts";
import { decodeMessage, plainText } from "../../../shared/storage/decode-message.ts";
import { home, other } from "../workshop.ts";

const allowed = {
  homeTenant: home,
  tenants: [home, other],
  operations: ["user.create", "user.disable", "group.add-member"],
};
const valid = {
  version: 1,
  batch: "leavers",
  mode: "apply",
  rows: [{ operation: "user.disable", user: "ann@contoso.com" }],
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const read = (raw: unknown) => readEnvelope(decodeMessage(raw), allowed);

describe("a message is read in every encoding", () => {
  const text = JSON.stringify(valid);
  const forms: Readonly<Record<string, unknown>> = {
    "as the object that the host made of it": valid,
    "as plain JSON": text,
    "as JSON with a byte order mark": `\uFEFF${text}`,
    "as base64 of JSON": base64(text),
    "as base64 in lines": base64(text).replace(/(.{20})/g, "$1\r\n"),
    "as base64 without padding": base64(text).replace(/=+$/, ""),
    "as base64 of JSON with a byte order mark": base64(`\uFEFF${text}`),
    "as JSON text that was stringified twice": JSON.stringify(text),
  };
  for (const [how, raw] of Object.entries(forms)) {
    it(how, () => {
      const expected: BatchMessage = {
        batch: "leavers",
        mode: "apply",
        priority: "normal",
        tenant: home,
        rows: valid.rows,
        file: undefined,
      };
      assert.deepEqual(read(raw), { kind: "batch", message: expected });
      let delivered: unknown = raw;
      // What becomes of a text that is put back (shared/storage/queue.ts).
      for (let times = 0; times < 2; times += 1) delivered = base64(plainText(delivered));
      assert.deepEqual(read(delivered), read(raw), "put back twice");
    });
  }

  it("with another allowed tenant, in upper or lower case", () => {
    const found = read({ ...valid, tenant: other.toUpperCase(), priority: "urgent" });
    assert.ok(found.kind === "batch");
    assert.deepEqual([found.message.tenant, found.message.priority], [other, "urgent"]);
  });

  it("and any value is either read or refused with a reason", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue(), fc.base64String()), (raw) => {
        try {
          read(raw);
        } catch (error) {
          assert.ok(error instanceof OperatorError, String(error));
          assert.equal(error.disposition, "refuse");
        }
      }),
    );
  });
});

const rows = (count: number) =>
  Array.from({ length: count }, () => ({ operation: "user.disable", user: "ann@contoso.com" }));

describe("a message is refused", () => {
  const refused: readonly { when: string; raw: unknown; code: string; says: RegExp }[] = [
    { when: "it is empty", raw: "  ", code: "MESSAGE_UNREADABLE", says: /is empty/ },
    { when: "it is a number", raw: 12345, code: "MESSAGE_UNREADABLE", says: /bare number/ },
    { when: "it is null", raw: null, code: "MESSAGE_UNREADABLE", says: /empty \(null\)/ },
    {
      when: "its JSON is malformed",
      raw: '{"version": 1, "batch": "ann@contoso.com", }',
      code: "MESSAGE_UNREADABLE",
      says: /malformed JSON at character \d+ of \d+/,
    },
    {
      when: "its JSON is cut short",
      raw: '{"version": 1, "batch": "ann@contoso.com"',
      code: "MESSAGE_UNREADABLE",
      says: /malformed JSON/,
    },
    {
      when: "it is neither JSON nor base64",
      raw: "disable ann@contoso.com, please",
      code: "MESSAGE_UNREADABLE",
      says: /neither JSON nor base64/,
    },
    {
      when: "it is base64 of base64",
      raw: base64(base64(JSON.stringify(valid))),
      code: "MESSAGE_UNREADABLE",
      says: /base64 twice/,
    },
    {
      when: "it is base64 of UTF-16",
      raw: Buffer.from(JSON.stringify(valid), "utf16le").toString("base64"),
      code: "MESSAGE_UNREADABLE",
      says: /base64 of UTF-16/,
    },
    {
      when: "it is base64 of something else",
      raw: base64("hello, world"),
      code: "MESSAGE_UNREADABLE",
      says: /not a JSON object/,
    },
    { when: "it is an array", raw: [valid], code: "MESSAGE_INVALID", says: /JSON array/ },
    {
      when: "it has 64 KB, as an object",
      raw: { ...valid, rows: rows(1200) },
      code: "MESSAGE_TOO_LARGE",
      says: /at most 49,152/,
    },
    {
      when: "it has 64 KB, as text",
      raw: JSON.stringify({ ...valid, rows: rows(1300) }).slice(0, 65_536),
      code: "MESSAGE_TOO_LARGE",
      says: /has 65,536 bytes/,
    },
    {
      when: "its version is another",
      raw: { ...valid, version: 2 },
      code: "VERSION_UNKNOWN",
      says: /knows version 1/,
    },
    {
      when: "its version is text",
      raw: { ...valid, version: "1" },
      code: "VERSION_UNKNOWN",
      says: /knows version 1/,
    },
    {
      when: "it has no version",
      raw: { batch: "leavers", mode: "apply", rows: valid.rows },
      code: "MESSAGE_INVALID",
      says: /version \(missing\)/,
    },
    {
      when: "it has an unknown property",
      raw: { ...valid, dryRun: true },
      code: "MESSAGE_INVALID",
      says: /dryRun \(not a known property\)/,
    },
    {
      when: "its mode is unknown",
      raw: { ...valid, mode: "test" },
      code: "MESSAGE_INVALID",
      says: /mode \(expected \("apply" \| "plan"\)\)/,
    },
    {
      when: "its name holds a path",
      raw: { ...valid, batch: "../leavers" },
      code: "MESSAGE_INVALID",
      says: /batch must consist of/,
    },
    {
      when: "it has rows and a file",
      raw: { ...valid, file: "x.csv" },
      code: "MESSAGE_INVALID",
      says: /both rows and file/,
    },
    {
      when: "it has neither rows nor a file",
      raw: { ...valid, rows: undefined },
      code: "MESSAGE_INVALID",
      says: /neither rows nor file/,
    },
    {
      when: "it has an empty list of rows",
      raw: { ...valid, rows: [] },
      code: "MESSAGE_INVALID",
      says: /rows is empty/,
    },
    {
      when: "a row is not an object",
      raw: { ...valid, rows: ["ann@contoso.com"] },
      code: "MESSAGE_INVALID",
      says: /schema at row 1 \(expected Object\)/,
    },
    {
      when: "its operation is unknown",
      raw: { ...valid, operation: "user.disabled" },
      code: "OPERATION_UNKNOWN",
      says: /Did you mean user\.disable\?/,
    },
    {
      when: "it has a property that every object inherits",
      raw: JSON.stringify(valid).replace("{", '{"__proto__":{},'),
      code: "MESSAGE_INVALID",
      says: /unknown property __proto__/,
    },
    {
      when: "its operation is the name of an object's method",
      raw: { ...valid, operation: "toString" },
      code: "OPERATION_UNKNOWN",
      says: /No operation/,
    },
    {
      when: "its tenant is not allowed",
      raw: { ...valid, tenant: "cccccccc-0000-4000-8000-000000000003" },
      code: "TENANT_NOT_ALLOWED",
      says: /cccccccc-0000-4000-8000-000000000003 is not one/,
    },
    {
      when: "its tenant is 'common'",
      raw: { ...valid, tenant: "common" },
      code: "TENANT_NOT_ALLOWED",
      says: /not given by its id/,
    },
  ];
  for (const { when, raw, code, says } of refused) {
    it(`when ${when}`, () => {
      assert.throws(
        () => read(raw),
        (error: unknown) => {
          assert.ok(error instanceof OperatorError);
          assert.equal(error.code, code);
          assert.equal(error.disposition, "refuse");
          assert.match(error.what, says);
          assert.match(error.message, /^\[[A-Z_]+\] .+ Fix: .+/);
          assert.doesNotMatch(error.message, /contoso/, "a value of the message leaked");
          return true;
        },
      );
    });
  }
});

describe("an Event Grid message", () => {
  const subject = "/blobServices/default/containers/inbox/blobs/user.disable/leavers.csv";
  const data = { api: "PutBlob", eTag: '"0x8DE2"', contentLength: 12 };
  const cloud = {
    specversion: "1.0",
    type: "Microsoft.Storage.BlobCreated",
    source: "/subscriptions/x",
    id: "1",
    time: "2026-11-20T08:00:00Z",
    subject,
    data,
  };
  const grid = {
    topic: "/subscriptions/x",
    eventType: "Microsoft.Storage.BlobCreated",
    id: "1",
    subject,
    data,
    dataVersion: "",
    metadataVersion: "1",
    eventTime: "2026-11-20T08:00:00Z",
  };
  const blob = { kind: "blob", file: { path: "user.disable/leavers.csv", etag: "0x8DE2" } };

  it("is read in either schema, alone, in an array of one, and as base64", () => {
    for (const event of [cloud, grid]) {
      assert.deepEqual(read(event), blob);
      assert.deepEqual(read([event]), blob);
      assert.deepEqual(read(base64(JSON.stringify(event))), blob);
    }
  });

  it("is what the sweep sends for a file whose event was lost", () =>
    assert.deepEqual(
      read(blobEventOf({ path: "user.disable/leavers.csv", etag: "0x8DE2" })),
      blob,
    ));

  it("is ignored if it is of another type or container", () => {
    const others = [
      { ...cloud, type: "Microsoft.Storage.BlobDeleted" },
      { ...grid, eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: {} },
      { ...grid, subject: "/blobServices/default/containers/batches/blobs/x/input" },
      { ...cloud, subject: "/blobServices/default/containers/inbox2/blobs/x.csv" },
    ];
    for (const event of others) assert.equal(read(event).kind, "ignored");
  });

  it("is refused if it does not name the version of one file, or is several events", () => {
    for (const event of [{ ...cloud, data: {} }, { ...grid, subject: 7 }, [cloud, grid]]) {
      assert.throws(() => read(event), /MESSAGE_INVALID/);
    }
  });
});
