import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { InputFault } from "../../../shared/batches/formats/input-row.ts";
import { readInput } from "../../../shared/batches/formats/read-input.ts";
import { createMapper } from "../../../shared/batches/mapping/mapper.ts";
import { readMapping } from "../../../shared/batches/mapping/mapping.ts";
import { InputRefusal } from "../../../shared/core/input-refusal.ts";
import { openWorkshop } from "../workshop.ts";
import { cut } from "./cut.ts";

const formats = ["csv", "jsonl"] as const;

/** All that a reader makes of the bytes. */
async function read(
  bytes: Buffer,
  format: (typeof formats)[number],
  places: readonly number[] = [],
) {
  const rows: unknown[] = [];
  for await (const piece of readInput(cut(bytes, places), format, 1_000)) {
    for (const { row, line, cells, broken } of piece.rows) rows.push({ row, line, cells, broken });
    if (piece.fault) return { rows, fault: piece.fault };
  }
  return { rows, fault: undefined };
}

const placeOf = (fault: InputFault | undefined) => fault && [fault.code, fault.row, fault.line];

/** What a sender may write, good and bad, in pieces. */
const fragments = fc.constantFrom(
  "[",
  "]",
  "{",
  "}",
  ",",
  ";",
  "\t",
  ":",
  "\n",
  "\r\n",
  "\r",
  '"',
  '""',
  "\\",
  "\\u0000",
  "\u0000",
  "\ufeff",
  "\ufffe",
  "version:v1.0",
  "sep=;",
  "user",
  "operation",
  "skip",
  "note",
  "[userPrincipalName]",
  "A [passwordProfile] B",
  "password",
  '{"user":"a"}',
  '"user":',
  '"__proto__":{"x":1}',
  '"constructor":1',
  '{"a":1,"a":2}',
  "1e999",
  "-0",
  "123456789012345678901234567890",
  "true",
  "null",
  "(clear)",
  "=cmd|' /C calc'!A0",
  "\ud800",
  "𝒳",
  "ﷺ".repeat(9),
  " ",
  "\u2028",
  "Example: x",
);
const hostile = fc.oneof(
  fc.array(fragments, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(""), "utf8")),
  fc.array(fragments, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(""), "utf16le")),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

describe("whatever bytes a file has", () => {
  for (const format of formats) {
    it(`they are rows or a fault, and the same wherever they are cut, as ${format}`, async () => {
      await fc.assert(
        fc.asyncProperty(hostile, fc.array(fc.nat(60)), async (bytes, places) => {
          const whole = await read(bytes, format);
          const { rows, fault } = await read(bytes, format, places);
          assert.deepEqual(rows, whole.rows);
          // How many zero characters a piece has decides the words only.
          assert.deepEqual(placeOf(fault), placeOf(whole.fault));
          for (const [at, row] of whole.rows.entries()) {
            assert.equal((row as { row: number }).row, at + 1);
          }
          if (whole.fault) assert.doesNotMatch(whole.fault.what, /calc|Example: x/);
        }),
        { numRuns: 1_500 },
      );
    });
  }

  it("they are accepted or refused with a reason, never a crash, and no prototype changes", async () => {
    const names = [
      "user.delete/x.csv",
      "x.json",
      "user.update/x.jsonl",
      "group.add-member/G/x.csv",
      "hr/x.csv",
      "hr/x.json",
    ];
    const mapping = {
      version: 1,
      operation: "user.update",
      columns: { user: "user" },
      templates: { city: "{user}" },
    };
    const workshop = openWorkshop();
    await workshop.blobs.inbox.write("hr/mapping.json", JSON.stringify(mapping));
    workshop.directory.addUser("a@b.cd");
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom(...names), async (bytes, name) => {
        const folder = await workshop.drop(name, bytes);
        const { blobs } = workshop.blobs.batches;
        const ended = blobs.has(`${folder}/refused.json`) || blobs.has(`${folder}/plan.json`);
        assert.ok(ended, "it was neither planned nor refused");
        assert.deepEqual(Object.keys(Object.prototype), []);
        assert.equal(({} as Record<string, unknown>)["x"], undefined);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever a mapping is", () => {
  const names = fc.constantFrom(
    "a",
    "city",
    "__proto__",
    "constructor",
    "toString",
    "",
    "userPrincipalName",
    "filters",
  );
  const values = fc.oneof(
    names,
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("{a}", "{a:1}", "{{", "{", "DD.MM.YYYY", true),
  );
  const part = fc.oneof(
    values,
    fc.dictionary(names, values),
    fc.array(fc.dictionary(names, values), { maxLength: 2 }),
  );
  const mapping = fc.record(
    {
      version: fc.constantFrom(1, 1, 1, 2, "1"),
      columns: part,
      constants: part,
      templates: part,
      values: part,
      dates: part,
      letters: part,
      filters: part,
    },
    { requiredKeys: ["version"] },
  );

  it("it is refused, or it maps every row", () => {
    fc.assert(
      fc.property(mapping, fc.dictionary(names, values), (given, cells) => {
        const found = attempt(() => readMapping(JSON.stringify(given), "hr/mapping.json"));
        if (found === undefined) return;
        const { faults, cells: made } = createMapper(found, "hr/mapping.json", []).map(cells);
        assert.ok(Array.isArray(faults));
        assert.equal(Object.getPrototypeOf(made), Object.prototype);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The result, or nothing if the input is refused. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof InputRefusal) return undefined;
    throw error;
  }
}
