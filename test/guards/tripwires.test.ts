import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { fileSource, sourceOf } from "../../shared/guards/source.ts";
import {
  findTripwires,
  type TripwireBatch,
  type TripwireSettings,
  withBatch,
} from "../../shared/guards/tripwires.ts";
import type { SourceProfile } from "../../shared/records/sources/source-profile.ts";

const settings: TripwireSettings = {
  isOn: true,
  fromRows: 100,
  blankPercent: 60,
  growthPercent: 20,
  fullSources: [],
  missingPercent: 20,
};

const batchOf = (
  rows: number,
  filled: Readonly<Record<string, number>>,
  more: Partial<TripwireBatch> = {},
): TripwireBatch => ({
  batch: "b",
  source: { kind: "file", file: { path: "hr/joiners-2026-11-21.csv", etag: "1" } },
  rows,
  columns: Object.keys(filled),
  profile: { filled, endsInLineBreak: true },
  acceptedAt: "2026-11-21T00:00:00.000Z",
  ...more,
});

/** What is known of a source after this batch was run. */
const known = (batch: TripwireBatch, counts = {}): SourceProfile =>
  withBatch(undefined, batch, { counts }, settings);

const held = (
  batch: TripwireBatch,
  profile: SourceProfile | undefined,
  counts = {},
  more: Partial<TripwireSettings> = {},
): string[] =>
  findTripwires(batch, { counts }, profile, { ...settings, ...more }).flatMap((each) =>
    each.held ? [`${each.guard}: ${each.reason}`] : [],
  );

const usual = batchOf(1_000, { user: 1_000, department: 900, city: 500, fax: 10 });

const file = (path: string) => ({ kind: "file", file: { path, etag: "1" } }) as const;

describe("a batch's source", () => {
  const message = { kind: "message", messageId: "m" } as const;
  const table = [
    [{ batch: "x", source: file("hr/joiners-2026-11-21.csv") }, "hr/joiners-#-#-#.csv"],
    [{ batch: "x", source: file("HR/Joiners-2026-11-22.CSV") }, "hr/joiners-#-#-#.csv"],
    [{ batch: "x", source: file("plan/hr/joiners-1.csv") }, "hr/joiners-#.csv"],
    [{ batch: "x", source: file("site7/joiners-1.csv") }, "site7/joiners-#.csv"],
    [{ batch: "Leavers-2026-11-21", source: message }, "batch leavers-#-#-#"],
    [
      { batch: "x", source: { ...message, file: { path: "staged/a1.jsonl", etag: "1" } } },
      "staged/a#.jsonl",
    ],
    [
      {
        batch: "stale-accounts-2026-11-21T0200Z",
        source: message,
        submitter: { kind: "policy", policy: "stale-accounts" },
      },
      "policy stale-accounts",
    ],
  ] as const;
  for (const [manifest, source] of table) {
    it(`is ${source}`, () => assert.equal(sourceOf(manifest), source));
  }
});

describe("a batch is held by a tripwire", () => {
  const last = known(usual, { deletes: 5, disables: 0 });
  const table: {
    when: string;
    batch: TripwireBatch;
    counts?: Record<string, number>;
    says: RegExp;
  }[] = [
    {
      when: "a column is gone",
      batch: batchOf(900, { user: 900, city: 450, fax: 9 }),
      says: /^source-columns: hr\/joiners-#-#-#\.csv has no column department any more, which it had in batch b of 2026-11-21$/,
    },
    {
      when: "a column has another name",
      batch: batchOf(900, { user: 900, departments: 800, city: 450, fax: 9 }),
      says: /no column department \(renamed to departments\?\)/,
    },
    {
      when: "60 % of a column is newly blank",
      batch: batchOf(1_000, { user: 1_000, department: 360, city: 500, fax: 10 }),
      says: /^source-blanks: .* no values any more in department \(90 %, now 36 %\)/,
    },
    {
      when: "it has more deletes than any before, and a fifth",
      batch: usual,
      counts: { deletes: 7 },
      says: /^source-deletes: the batch has 7 deletes, and no batch of .* had more than 5$/,
    },
    {
      when: "it disables an account, and its source never did",
      batch: usual,
      counts: { disables: 1 },
      says: /^source-disables: the batch has 1 disables, .* more than 0$/,
    },
    {
      when: "it does not end in a line break, and the last one did",
      batch: { ...usual, profile: { ...usual.profile!, endsInLineBreak: false } },
      says: /^source-ending: .* may have been cut off in its last row$/,
    },
  ];
  for (const { when, batch, counts = {}, says } of table) {
    it(`if ${when}`, () => {
      const [only = "", ...others] = held(batch, last, counts);
      assert.match(only, says);
      assert.deepEqual(others, []);
    });
  }

  it("if a full source has a fifth fewer rows, also if few are left", () => {
    const fullSources = ["hr/joiners-2025-01-01.csv"];
    const half = (rows: number): string[] =>
      held(batchOf(rows, usual.profile!.filled), last, {}, { fullSources }).filter((each) =>
        each.startsWith("source-rows"),
      );
    assert.match(
      half(799)[0] ?? "",
      /declared full \(FULL_SOURCES\) and has 799 rows, and batch b/,
    );
    assert.equal(half(30).length, 1);
    assert.deepEqual([half(800), half(5_000)], [[], []]);
  });
});

describe("no tripwire holds a batch", () => {
  const last = known(usual, { deletes: 5 });
  const table: [string, string[]][] = [
    ["that is the first of its source", held(usual, undefined, { deletes: 500 })],
    ["that is as the last one", held(usual, last, { deletes: 5 })],
    ["with a fifth more deletes than ever", held(usual, last, { deletes: 6 })],
    [
      "with fewer than 100 rows",
      held(batchOf(99, { user: 1 }), last, { deletes: 50, disables: 50 }),
    ],
    [
      "because a column lost less than 60 %",
      held(batchOf(1_000, { user: 1_000, department: 361, city: 500, fax: 10 }), last),
    ],
    [
      "because a column that was nearly empty is empty",
      held(batchOf(1_000, { user: 1_000, department: 900, city: 500, fax: 0 }), last),
    ],
    [
      "because it has fewer rows, if its source is not declared full",
      held(batchOf(100, { user: 100, department: 90, city: 50, fax: 1 }), last),
    ],
    ["while TRIPWIRES is off", held(batchOf(900, { user: 900 }), last, {}, { isOn: false })],
  ];
  for (const [when, found] of table) it(when, () => assert.deepEqual(found, []));

  it("and its plan shows every comparison all the same", () => {
    const shown = findTripwires(usual, { counts: {} }, undefined, settings);
    assert.deepEqual(
      shown.map(({ guard, scope }) => `${scope} ${guard}`),
      [
        "source source-columns",
        "source source-blanks",
        "source source-deletes",
        "source source-disables",
        "source source-ending",
        "source source-rows",
      ],
    );
  });
});

/** A batch that was run on a day of its own. */
const day = (at: number, rows: number, deletes: number) => ({
  batch: batchOf(rows, { user: rows }, { batch: `b${at}`, acceptedAt: `2026-11-${10 + at}` }),
  counts: { deletes },
});

/** What is known after these were run, in this order. */
const learned = (days: readonly ReturnType<typeof day>[]) =>
  days.reduce<SourceProfile | undefined>(
    (profile, { batch, counts }) => withBatch(profile, batch, { counts }, settings),
    undefined,
  );

describe("what is known of a source", () => {
  it("does not depend on the order in which batches end, nor on a repeat", () => {
    const runs = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 9 })),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(runs, fc.infiniteStream(fc.double({ min: 0, max: 1 })), (all, random) => {
        const days = all.map(([rows, deletes], at) => day(at, rows, deletes));
        const shuffled = [...days, ...days]
          .map((each) => [random.next().value, each] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, each]) => each);
        assert.deepEqual(learned(shuffled), learned(days));
      }),
    );
  });

  it("compares with the last input that was large enough, and with the most of any", () => {
    const profile = learned([day(1, 200, 3), day(2, 5, 90)]);
    assert.equal(profile?.latest?.batch, "b1");
    assert.equal(profile?.most["deletes"], 90);
  });

  it("is found by the name of any file of the source", () =>
    assert.equal(fileSource("hr/joiners-2025-01-01.csv"), sourceOf(usual)));
});
