import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  applyRecord,
  type Histories,
  troubledMsAt,
} from "../../../shared/records/history/row-history.ts";
import type { JournalRecord } from "../../../shared/records/journal.ts";
import type { RowOutcome } from "../../../shared/records/receipt.ts";

const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const reason = "for a test";

const sent = (sealed: string, seconds: number): JournalRecord => ({
  t: "intent",
  post: sealed,
  at: at(seconds),
  rows: [1],
  sealed: { 1: sealed },
});
const came = (outcome: RowOutcome): JournalRecord => ({
  t: "receipt",
  post: "p",
  at: at(9),
  rows: [outcome],
});
function historiesOf(records: readonly JournalRecord[]): Histories {
  const rows: Histories = new Map();
  for (const each of records) applyRecord(rows, each);
  return rows;
}

const trouble = (seconds: number, throttled = false): JournalRecord => ({
  t: "receipt",
  post: "p",
  at: at(seconds),
  rows: [{ kind: "again", row: 1, reason: "409", throttled }],
});

/** How long row 1 has been in trouble by second 100. */
const troubledFor = (...records: JournalRecord[]): number =>
  troubledMsAt(historiesOf(records).get(1)!, at(100));

/** The passwords of row 1 that are left. */
function left(...records: readonly JournalRecord[]): readonly string[] | undefined {
  return historiesOf(records)
    .get(1)
    ?.passwords?.map(({ sealed }) => sealed);
}

describe("of the passwords that a row was sent with", () => {
  const first = sent("first", 1);
  const doubt = { kind: "doubt", row: 1, reason, answered: false } as const;
  const twice = [
    first,
    came({ kind: "absent", row: 1, reason, until: at(9) }),
    sent("second", 5),
  ] as const;
  const table: { when: string; records: readonly JournalRecord[]; are: readonly string[] }[] = [
    { when: "no answer came so far", records: [first], are: ["first"] },
    { when: "no answer came", records: [first, came(doubt)], are: ["first"] },
    {
      when: "the post never left",
      records: [first, came({ kind: "unsent", row: 1, reason })],
      are: [],
    },
    {
      when: "Graph did not make the change",
      records: [first, came({ kind: "again", row: 1, reason, throttled: false })],
      are: [],
    },
    {
      when: "it was sent again, though the first may still be found",
      records: twice,
      are: ["first", "second"],
    },
    {
      when: "Graph refused the second, because the user was there",
      records: [...twice, came({ ...doubt, answered: true, refused: true })],
      are: ["first"],
    },
  ];
  for (const { when, records, are } of table) {
    it(`those are kept which Graph may have taken, if ${when}`, () => {
      assert.deepEqual(left(...records), are);
    });
  }

  it("one that was not kept counts behind one that was, so that no other stands for it", () => {
    const { sealed: _, ...unkept } = { ...sent("", 5), sealed: undefined };
    assert.deepEqual(left(first, came(doubt), unkept), ["first", ""]);
    assert.deepEqual(
      left(first, came(doubt), unkept, came({ kind: "again", row: 1, reason, throttled: false })),
      ["first"],
    );
    assert.equal(left(unkept), undefined);
  });

  it("those of a row that is held are kept for when it is released", () => {
    const receipt = { verdict: "held", reason, fix: "Approve." } as const;
    const held = came({ kind: "final", row: 1, receipt });
    const released: JournalRecord = { t: "released", at: at(10), digest: "d", rows: [1] };
    assert.deepEqual(left(...twice, held, released), ["first", "second"]);
  });

  it("none is kept beside the receipt", () => {
    const receipt = { verdict: "done", sealedPassword: "first" } as const;
    assert.equal(left(...twice, came({ kind: "final", row: 1, receipt })), undefined);
  });
});

describe("the history of a row", () => {
  it("counts time in trouble, without waits for the throttle and time without a runner", () => {
    assert.equal(troubledFor(trouble(0)), 100_000);
    assert.equal(troubledFor(trouble(0), trouble(30)), 100_000);
    assert.equal(troubledFor(trouble(0), trouble(30), trouble(90, true)), 30_000);
    assert.equal(troubledFor(trouble(0), trouble(90, true), trouble(95)), 5_000);
    assert.equal(troubledFor(trouble(-36_000)), 120_000);
  });
});
