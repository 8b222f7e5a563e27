import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { InputPiece } from "../../../shared/batches/formats/input-row.ts";
import { createJsonReader } from "../../../shared/batches/formats/json.ts";
import { readInput } from "../../../shared/batches/formats/read-input.ts";
import { openWorkshop } from "../workshop.ts";
import { cut } from "./cut.ts";

function read(text: string, lengths: readonly number[] = [], rowBytes?: number) {
  const reader = createJsonReader(rowBytes);
  const pieces: InputPiece[] = [];
  let from = 0;
  for (const length of [...lengths, text.length]) {
    if (pieces.at(-1)?.fault) break;
    pieces.push(reader.push(text.slice(from, from + length)));
    from += length;
  }
  if (!pieces.at(-1)?.fault) pieces.push(reader.end());
  return { rows: pieces.flatMap(({ rows }) => rows), fault: pieces.at(-1)?.fault };
}

const cuts = fc.array(fc.integer({ min: 0, max: 9 }));
const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

describe("a JSON array", () => {
  it("is read as JSON.parse reads it, wherever the text is split and however it is laid out", () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()));
    const indent = fc.constantFrom(undefined, 1, "\t");
    fc.assert(
      fc.property(objects, indent, blank, blank, cuts, (rows, space, before, after, lengths) => {
        const text = `${before}${JSON.stringify(rows, undefined, space)}${after}`;
        const found = read(text, lengths);
        assert.equal(found.fault, undefined);
        assert.deepEqual(
          found.rows.map(({ row, cells }) => [row, JSON.stringify(cells)]),
          (JSON.parse(text) as object[]).map((each, at) => [at + 1, JSON.stringify(each)]),
        );
      }),
    );
  });

  it("has a fault or is what JSON.parse reads, whatever is changed in it", () => {
    const spoiled = fc.record({
      rows: fc.array(fc.constantFrom({}, { a: 1 }, { b: ["]", "}"] }), { maxLength: 3 }),
      at: fc.nat({ max: 24 }),
      without: fc.nat({ max: 2 }),
      with: fc.constantFrom("", ",", "]", "[", "}", "{", '"', "\\", "1", " ", "{}", ":"),
    });
    fc.assert(
      fc.property(spoiled, cuts, ({ rows: good, at, without, with: added }, lengths) => {
        const whole = JSON.stringify(good);
        const text = `[${whole.slice(1, at + 1)}${added}${whole.slice(at + 1 + without)}`;
        const { rows, fault } = read(text, lengths);
        const parsed = parse(text);
        const isGood =
          Array.isArray(parsed) &&
          parsed.every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
        assert.equal(fault === undefined, isGood, fault?.what);
        if (isGood)
          assert.deepEqual(
            rows.map(({ cells }) => cells),
            parsed,
          );
      }),
      { numRuns: 2_000 },
    );
  });

  it("knows the line on which each row begins", () => {
    const { rows } = read('\n[\n  {"a":1},\n\n  {\n"a":2},{"a":3}\n]\n', [3, 1, 9, 2]);
    assert.deepEqual(
      rows.map(({ row, line }) => [row, line]),
      [
        [1, 3],
        [2, 5],
        [3, 6],
      ],
    );
  });

  const faults: readonly { when: string; text: string; code?: string; says: RegExp }[] = [
    {
      when: "it ends in a row",
      text: '[{"a":1},\n{"a":',
      code: "FILE_CUT_OFF",
      says: /before its array is closed/,
    },
    {
      when: "it ends after a row",
      text: '[{"a":1}\n',
      code: "FILE_CUT_OFF",
      says: /before its array is closed/,
    },
    {
      when: "a comma is missing",
      text: '[{"a":1}\n{"a":2}]',
      says: /no comma between it and the row before/,
    },
    { when: "a comma is too many", text: '[{"a":1},\n]', says: /array ends after a comma/ },
    { when: "a row is an array", text: '[{"a":1},\n[{"a":2}]]', says: /array, not an object/ },
    {
      when: "a row is a bare value",
      text: '[{"a":1},\n"ann@secret.example"]',
      says: /not a JSON object/,
    },
    {
      when: "a row is no JSON",
      text: '[{"a":1},\n{user:"ann@secret.example"}]',
      says: /^it is not JSON$/,
    },
    { when: "more follows", text: '[{"a":1}]\n{"a":2}', says: /more after the array has ended/ },
    {
      when: "a row nests too deep",
      text: `[{"a":1},\n{"a":${"[".repeat(6_000)}${"]".repeat(6_000)}}]`,
      says: /64 levels/,
    },
    {
      when: "a row has a property twice",
      text: '[{"a":1},\n{"user":"a","user":"b"}]',
      says: /the property user twice/,
    },
  ];
  for (const { when, text, code = "FILE_UNREADABLE", says } of faults) {
    it(`says where the fault is, without quoting the text, when ${when}`, () => {
      const { fault } = read(text);
      assert.match(fault?.what ?? "", says);
      assert.deepEqual([fault?.code, fault?.row, fault?.line], [code, 2, 2]);
      assert.doesNotMatch(JSON.stringify(fault), /secret/);
    });
  }

  it("refuses a row over the limit, even before its end has arrived", () => {
    const { fault } = read(`[{"a":1},{"a":"${"x".repeat(200)}`, [], 100);
    assert.deepEqual([fault?.code, fault?.row], ["ROW_TOO_LARGE", 2]);
    const never = read(`[{"a":"x${"},{".repeat(200)}`, [7, 20, 20], 100);
    assert.match(never.fault?.what ?? "", /never closed/);
  });

  it("keeps no more than a row, however much there is between rows", () => {
    const reader = createJsonReader(100);
    reader.push("[");
    for (let at = 0; at < 1_000; at++)
      assert.equal(reader.push(" \n".repeat(100)).fault, undefined);
    assert.deepEqual(
      reader.push('{"a":1}]').rows.map(({ line }) => line),
      [100_001],
    );
  });

  it("has its bytes decoded as every file: UTF-16 and a byte order mark change nothing", async () => {
    const text = '[{"a":"Ø"},{"a":"日本"}]';
    const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
    for (const bytes of [Buffer.from(`\ufeff${text}`), utf16, Buffer.from(utf16).swap16()]) {
      const found: unknown[] = [];
      for await (const { rows, fault } of readInput(cut(bytes, [1, 5, 9, 13]), "jsonl")) {
        assert.equal(fault, undefined);
        found.push(...rows.map(({ cells }) => cells["a"]));
      }
      assert.deepEqual(found, ["Ø", "日本"]);
    }
  });
});

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

describe("a .json file", () => {
  const rows = '[\n {"user": "ann@contoso.com"},\n {"user": "bob@contoso.com"}\n]\n';

  it("is a batch, in inbox and named by a message, and its report has a row for each object", async () => {
    const workshop = openWorkshop();
    for (const name of ["ann@contoso.com", "bob@contoso.com"]) workshop.directory.addUser(name);
    const folder = await workshop.drop("user.disable/leavers.json", rows);
    await workshop.blobs.inbox.write("staged/leavers.json", rows);
    const message = { version: 1, batch: "b", mode: "apply", file: "staged/leavers.json" };
    await workshop.deliver({ ...message, operation: "user.disable" });
    for (const each of [folder, "b"]) {
      await workshop.runAll(each);
      const report = workshop.blobs.batches.json(`${each}/report.json`)["rows"];
      assert.deepEqual(
        (report as { input: object; verdict: string }[]).map(({ input, verdict }) => [
          input,
          verdict,
        ]),
        [
          [{ user: "ann@contoso.com" }, "done"],
          [{ user: "bob@contoso.com" }, "done"],
        ],
      );
    }
  });

  it("may hold JSON Lines, and a .jsonl file an array: its first character decides", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    workshop.directory.addUser("bob@contoso.com");
    const lines = '{"user": "ann@contoso.com"}\n{"user": "bob@contoso.com"}\n';
    for (const [path, text] of [
      ["a.json", lines],
      ["a.jsonl", rows],
    ] as const) {
      const folder = await workshop.drop(`user.disable/${path}`, text);
      assert.equal(workshop.blobs.batches.json(`${folder}/batch.json`)["rows"], 2);
    }
  });

  it("is refused with the row that is wrong", async () => {
    const { drop, refused } = openWorkshop();
    const folder = await drop(
      "user.disable/x.json",
      '[{"user": "ann@contoso.com"},\n {"usr": "x"}]',
    );
    const { code, row, column } = refused(folder);
    assert.deepEqual([code, row, column], ["COLUMN_UNKNOWN", 2, "usr"]);
    assert.equal(refused(await drop("user.disable/y.json", "[]"))["code"], "FILE_EMPTY");
  });
});
