import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createCsvReader, csvLine } from "../../../shared/batches/formats/csv.ts";
import type {
  InputFault,
  InputPiece,
  InputRow,
} from "../../../shared/batches/formats/input-row.ts";

interface Read {
  readonly header: readonly string[] | undefined;
  readonly rows: readonly InputRow[];
  readonly fault: InputFault | undefined;
}

/** Reads a text in pieces of the given lengths, and the rest in one. */
function read(text: string, lengths: readonly number[] = [], rowBytes?: number): Read {
  const reader = createCsvReader(rowBytes);
  const pieces: InputPiece[] = [];
  let from = 0;
  for (const length of lengths) {
    pieces.push(reader.push(text.slice(from, from + length)));
    from += length;
    if (pieces.at(-1)?.fault) break;
  }
  if (!pieces.at(-1)?.fault) pieces.push(reader.push(text.slice(from)));
  if (!pieces.at(-1)?.fault) pieces.push(reader.end());
  return {
    header: pieces.find(({ header }) => header)?.header,
    rows: pieces.flatMap(({ rows }) => rows),
    fault: pieces.at(-1)?.fault,
  };
}

const cellsOf = ({ header, rows }: Read): unknown[] =>
  rows.map(({ cells }) => (header ?? []).map((name) => cells[name]));

const header = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 });
const cell = fc.oneof(
  fc.string(),
  fc.constantFrom('"', '""', ",", ";", "\t", "\n", "\r\n", "\r", " ", "a\nb", '"x",', "é€😀"),
);

/** How the rows of a text end, which comes in pieces. */
const endsOf = (text: string): unknown => read(text, [9, 14, 20]).rows.map((row) => row.unended);

describe("CSV", () => {
  it("is read as it was written, wherever the text is split", () => {
    const tables = header.chain((names) =>
      fc.tuple(
        fc.constant(names),
        fc.array(
          fc
            .array(cell, { minLength: names.length, maxLength: names.length })
            .filter((cells) => cells.some((each) => each.trim() !== "")),
        ),
      ),
    );
    fc.assert(
      fc.property(tables, fc.array(fc.integer({ min: 0, max: 9 })), ([names, rows], cuts) => {
        const text = [names, ...rows].map(csvLine).join("");
        const found = read(text, cuts);
        assert.equal(found.fault, undefined);
        assert.deepEqual(found.header, names);
        assert.deepEqual(cellsOf(found), rows);
        assert.deepEqual(
          found.rows.map(({ row }) => row),
          rows.map((_, at) => at + 1),
        );
      }),
    );
  });

  it("gives the same rows, lines and faults for any text, wherever it is split", () => {
    const noise = fc.array(
      fc.constantFrom("a", "b,c", '"', '""', ",", "\n", "\r\n", "\r", '"q"', '"a\nb"', " "),
    );
    fc.assert(
      fc.property(noise, fc.array(fc.integer({ min: 0, max: 5 })), (parts, cuts) => {
        const text = `a,b\n${parts.join("")}`;
        assert.deepEqual(read(text, cuts), read(text));
      }),
      { numRuns: 500 },
    );
  });

  for (const [name, separator] of [
    ["comma", ","],
    ["semicolon", ";"],
    ["tab", "\t"],
  ] as const) {
    it(`is read with the separator that the header shows: ${name}`, () => {
      const text = `user${separator}city\nann${separator}"a,b;c\td"\n`;
      assert.deepEqual(cellsOf(read(text)), [["ann", "a,b;c\td"]]);
    });
  }

  for (const declaration of ["sep=;\r\n", "SEP=;\n", '"sep=;"\n', "sep=;;;\n"]) {
    it(`skips Excel's first line ${JSON.stringify(declaration)} and takes the separator from it`, () => {
      const text = `${declaration}user;city\na;"x,y"\n`;
      for (let at = 0; at <= text.length; at++) {
        const reader = createCsvReader();
        const pieces = [reader.push(text.slice(0, at)), reader.push(text.slice(at)), reader.end()];
        const rows = pieces.flatMap((piece) => piece.rows);
        assert.deepEqual(
          rows.map(({ row, line, cells }) => [row, line, cells]),
          [[1, 3, { user: "a", city: "x,y" }]],
        );
      }
    });
  }

  it("accepts LF, CRLF and CR as line ends, and needs none at the end of the file", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const found = read(`user,city${end}ann,Paris${end}bob,Rome`);
      assert.deepEqual(cellsOf(found), [
        ["ann", "Paris"],
        ["bob", "Rome"],
      ]);
    }
  });

  it("skips blank lines and lines of separators, and counts rows and lines as an editor does", () => {
    const found = read('user,city\n\nann,"Par\nis"\n,\n   \nbob,Rome\n');
    assert.deepEqual(
      found.rows.map(({ row, line, cells }) => [row, line, cells["user"]]),
      [
        [1, 3, "ann"],
        [2, 7, "bob"],
      ],
    );
  });

  it("keeps a quote inside an unquoted cell as it is", () => {
    assert.deepEqual(cellsOf(read('user,title\nann,5" disk\n')), [["ann", '5" disk']]);
  });

  it("marks a row with more or fewer cells than the header as broken", () => {
    const { rows } = read("user,city\nann\nbob,Rome,x\ncat,Oslo\n");
    assert.deepEqual(
      rows.map(({ broken }) => broken),
      ["has 1 cell where the header has 2", "has 3 cells where the header has 2", undefined],
    );
  });

  it("marks the last row of a text that ends in it", () => {
    assert.deepEqual(endsOf("user,city\nann,Oslo\nbob,Rome\n"), [undefined, undefined]);
    assert.deepEqual(endsOf("user,city\r\nann,Oslo\r\nbob,Rome\r\n"), [undefined, undefined]);
    assert.deepEqual(endsOf("user,city\nann,Oslo\nbob,Rome"), [undefined, "whole"]);
    assert.deepEqual(endsOf("user,city\nann,Oslo\nbob"), [undefined, "short"]);
    assert.deepEqual(endsOf("user,city\nann,Oslo\nbob,Rome,x"), [undefined, "whole"]);
    assert.deepEqual(endsOf("user,city\nann,Oslo\nbob\n   "), [undefined, undefined]);
    assert.deepEqual(endsOf('user,city\nann,Oslo\nbob,"Rome\n"'), [undefined, "whole"]);
  });

  const faults: readonly { when: string; text: string; says: RegExp; row: number; line: number }[] =
    [
      {
        when: "a quote is never closed",
        text: 'user,city\nann,Paris\nbob,"Rome\ncat,Oslo\n',
        says: /a quote is opened and never closed/,
        row: 2,
        line: 3,
      },
      {
        when: "a cell goes on after its closing quote",
        text: 'user,city\nann,"Par"is\n',
        says: /column 2 goes on after its closing quote/,
        row: 1,
        line: 2,
      },
    ];
  for (const { when, text, says, row, line } of faults) {
    it(`says where the fault is when ${when}`, () => {
      const { fault } = read(text);
      assert.match(fault?.what ?? "", says);
      assert.deepEqual([fault?.code, fault?.row, fault?.line], ["FILE_UNREADABLE", row, line]);
    });
  }

  it("refuses a row over the limit in bytes without holding more than it", () => {
    const long = "é".repeat(60);
    const fits = read(`user\n${long}\n`, [], 130);
    assert.equal(fits.fault, undefined);
    const { fault, rows } = read(`user\nann\n${long}\n`, [20, 20, 20], 100);
    assert.deepEqual([fault?.code, fault?.row, rows.length], ["ROW_TOO_LARGE", 2, 1]);
    assert.match(fault?.what ?? "", /more than 100 bytes; perhaps a quote is opened/);
  });
});
