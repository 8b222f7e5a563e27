import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { type PackRules, pack, writesOf } from "../../../shared/runner/schedule/pack.ts";

interface Row {
  readonly name: number;
  readonly group: string | undefined;
  readonly alone: boolean;
}

const rowsArbitrary = fc
  .array(
    fc.record({
      group: fc.option(fc.constantFrom("g", "h", "i"), { nil: undefined }),
      alone: fc.integer({ min: 0, max: 30 }).map((each) => each === 0),
    }),
    { maxLength: 120 },
  )
  .map((rows) => rows.map((row, name): Row => ({ ...row, name })));

const rulesFor = (rows: readonly Row[], more: Partial<PackRules<Row>> = {}): PackRules<Row> => ({
  writes: 20,
  membersPerWrite: 3,
  groupOf: ({ group }) => group,
  isBusy: () => false,
  isFilling: () => false,
  sharers: ({ group }) => rows.filter((row) => row.group === group && !row.alone),
  isAlone: ({ alone }) => alone,
  ...more,
});

/** Rows of one group. */
const ofOneGroup = (count: number): Row[] =>
  Array.from({ length: count }, (_, name) => ({ name, group: "g", alone: false }));

/** How many rows each part has if so many of one group are packed. */
function sizes(count: number, more: Partial<PackRules<Row>> = {}): number[] {
  const rows = ofOneGroup(count);
  return pack(rows, rulesFor(rows, more)).parts.map((part) => part.length);
}

describe("the packing of rows into a post", () => {
  it("packs each row once, one request of a group, at most 20 rows, within the writes", () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.subarray(["g", "h", "i"]),
        (rows, writes, membersPerWrite, busy) => {
          const rules = rulesFor(rows, {
            writes,
            membersPerWrite,
            isBusy: (group) => busy.includes(group),
          });
          const packed = pack(rows, rules);
          const names = packed.parts.flat().map(({ name }) => name);
          assert.equal(new Set(names).size, names.length);
          const shared = packed.parts.filter((part) => part.length > 1);
          const groups = packed.parts.flatMap(([first]) =>
            first?.alone ? [] : (first?.group ?? []),
          );
          if (membersPerWrite > 1) {
            assert.equal(new Set(groups).size, groups.length);
            assert.ok(groups.every((group) => !busy.includes(group)));
          }
          for (const part of shared) {
            assert.ok(part.length <= 20 && membersPerWrite > 1);
            assert.ok(part.every(({ group, alone }) => group === part[0]!.group && !alone));
          }
          const counted = packed.parts.map((part) => writesOf(part.length, membersPerWrite));
          assert.equal(
            packed.writes,
            counted.reduce((sum, each) => sum + each, 0),
          );
          assert.ok(packed.writes <= writes && packed.parts.length <= 20);
          if (packed.parts.flat().some(({ alone }) => alone)) assert.equal(names.length, 1);
        },
      ),
    );
  });

  it("packs every row in the end, whichever answers come first", () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.integer({ min: 1, max: 20 }), (rows, writes) => {
        let left = [...rows];
        for (let posts = 0; left.length > 0; posts += 1) {
          assert.ok(posts <= rows.length);
          const { parts } = pack(left, rulesFor(left, { writes }));
          assert.ok(parts.length > 0);
          const sent = new Set(parts.flat());
          left = left.filter((row) => !sent.has(row));
        }
      }),
    );
  });

  it("fills whole writes, and takes more rows if writes are left over", () => {
    assert.deepEqual(sizes(40, { writes: 6 }), [18]);
    assert.deepEqual(sizes(8, { writes: 2 }), [6]);
    assert.deepEqual(sizes(40, { writes: 2 }), [6]);
    assert.deepEqual(sizes(40), [20]);
    assert.deepEqual(sizes(7), [7]);
    assert.deepEqual(sizes(2, { writes: 1 }), [2]);
    assert.deepEqual(sizes(40, { membersPerWrite: 20 }), [20]);
    assert.deepEqual(sizes(40, { membersPerWrite: 7, writes: 2 }), [14]);
    assert.deepEqual(sizes(4, { membersPerWrite: 1 }), [1, 1, 1, 1]);
  });

  it("lets rows that fill no write wait if more rows are about to be ready", () => {
    const filling = { isFilling: () => true };
    assert.deepEqual(sizes(19, { ...filling, membersPerWrite: 20 }), []);
    assert.deepEqual(sizes(20, { ...filling, membersPerWrite: 20 }), [20]);
    assert.deepEqual(sizes(2, filling), []);
    assert.deepEqual(sizes(5, filling), [5]);
    assert.deepEqual(sizes(2, { ...filling, membersPerWrite: 1 }), [1, 1]);
  });

  it("leaves the last rows of a group for later if a busy group can use the writes soon", () => {
    const rows = ["g", "h"].flatMap((group) =>
      Array.from({ length: 20 }, (_, at): Row => ({ name: at, group, alone: false })),
    );
    const rules = rulesFor(rows, { isBusy: (group) => group === "g" });
    assert.deepEqual(
      pack(rows, rules).parts.map((part) => part.length),
      [18],
    );
  });

  it("leaves the last rows of a group for later if other groups can use the writes", () => {
    const rows = ["g", "h", "i"].flatMap((group) =>
      Array.from({ length: 20 }, (_, at): Row => ({ name: at, group, alone: false })),
    );
    const { parts, writes } = pack(rows, rulesFor(rows, { writes: 18 }));
    assert.deepEqual(
      parts.map((part) => part.length),
      [18, 18, 18],
    );
    assert.equal(writes, 18);
  });
});
