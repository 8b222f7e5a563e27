import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { InputPiece } from "../../../shared/batches/formats/input-row.ts";
import { createJsonLinesReader } from "../../../shared/batches/formats/json-lines.ts";

function read(text: string, lengths: readonly number[] = [], rowBytes?: number) {
  const reader = createJsonLinesReader(rowBytes);
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

describe("JSON Lines", () => {
  it("are read as they were written, wherever the text is split", () => {
    const rows = fc.array(
      fc.dictionary(fc.string(), fc.jsonValue()).map((row) => JSON.stringify(row)),
    );
    const cuts = fc.array(fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(rows, cuts, fc.constantFrom("\n", "\r\n", "\n\n"), (lines, lengths, end) => {
        const found = read(lines.map((line) => line + end).join(""), lengths);
        assert.equal(found.fault, undefined);
        assert.deepEqual(
          found.rows.map(({ row, cells }) => [row, JSON.stringify(cells)]),
          lines.map((line, at) => [at + 1, JSON.stringify(JSON.parse(line))]),
        );
      }),
    );
  });

  it("need no line break at the end, and blank lines do not count as rows", () => {
    const { rows } = read('\n{"a":1}\n\n  \n{"a":2}');
    assert.deepEqual(
      rows.map(({ row, line }) => [row, line]),
      [
        [1, 2],
        [2, 5],
      ],
    );
  });

  const faults: readonly { when: string; text: string; says: RegExp }[] = [
    { when: "a line is cut off", text: '{"a":1}\n{"a":\n', says: /^it is not JSON$/ },
    { when: "a line is an array", text: '{"a":1}\n[{"a":2}]\n', says: /array, not an object/ },
    { when: "a line is a bare value", text: '{"a":1}\n"ann@contoso.com"\n', says: /value, not/ },
    {
      when: "a line nests deeper than 64 levels",
      text: `{"a":1}\n{"a":${"[".repeat(6_000)}${"]".repeat(6_000)}}\n`,
      says: /more than 64 levels deep/,
    },
    {
      when: "a line has a property twice",
      text: '{"a":1}\n{"user":"a","user":"b"}\n',
      says: /has the property user twice/,
    },
    { when: "the file is one array", text: '{"a":1}\n[\n{"a":1}\n]', says: /begins a JSON array/ },
  ];
  for (const { when, text, says } of faults) {
    it(`says where the fault is, without quoting the text, when ${when}`, () => {
      const { fault } = read(text);
      assert.match(fault?.what ?? "", says);
      assert.deepEqual([fault?.code, fault?.row, fault?.line], ["FILE_UNREADABLE", 2, 2]);
      assert.doesNotMatch(JSON.stringify(fault), /contoso/);
    });
  }

  it("refuses a line over the limit, even before its end has arrived", () => {
    const { fault } = read(`{"a":1}\n{"a":"${"x".repeat(200)}`, [], 100);
    assert.deepEqual([fault?.code, fault?.row], ["ROW_TOO_LARGE", 2]);
  });
});
