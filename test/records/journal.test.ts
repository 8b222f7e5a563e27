import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { replay } from "../../shared/records/history/replay.ts";
import { type Histories, applyRecord } from "../../shared/records/history/row-history.ts";
import { type JournalRecord, recordJson } from "../../shared/records/journal.ts";
import type { RowOutcome } from "../../shared/records/receipt.ts";

const path = "leavers/journal/00001.jsonl";

/** A line of an earlier release, which has no link. */
const toLine = (each: JournalRecord): string => `${recordJson(each)}\n`;

const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const rowNumber = fc.integer({ min: 1, max: 8 });
const instant = fc.nat(10_000).map(at);
const finalVerdict = fc.oneof(
  fc.record({ verdict: fc.constant("done" as const), finishedAt: instant }),
  fc.record({
    verdict: fc.constant("unchanged" as const),
    reason: fc.string(),
    objectId: fc.uuid(),
    finishedAt: instant,
  }),
  fc.record({
    verdict: fc.constantFrom("failed" as const, "held" as const),
    reason: fc.string(),
    fix: fc.string(),
    finishedAt: instant,
  }),
);
const kind = <K extends string>(value: K) => fc.constant(value);
const why = { row: rowNumber, reason: fc.string() };
const outcome: fc.Arbitrary<RowOutcome> = fc.oneof(
  fc.record({ kind: kind("final"), row: rowNumber, receipt: finalVerdict }),
  fc.record({ kind: kind("again"), ...why, throttled: fc.boolean(), until: instant }),
  fc.record({ kind: kind("unsent"), ...why }),
  fc.record({ kind: kind("absent"), ...why, until: instant }),
  fc.record({ kind: kind("doubt"), ...why, answered: fc.boolean() }),
  fc.record({
    kind: kind("doubt"),
    ...why,
    answered: fc.constant(true),
    refused: fc.constant(true),
  }),
);
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ t: fc.constant("open" as const), runner: fc.uuid(), at: instant }),
  fc.record({
    t: fc.constant("intent" as const),
    post: fc.string(),
    at: instant,
    rows: fc.uniqueArray(rowNumber),
  }),
  fc.record({
    t: fc.constant("intent" as const),
    post: fc.string(),
    at: instant,
    rows: fc.constant([1, 2]),
    sealed: fc.record({ 1: fc.string(), 2: fc.string() }, { requiredKeys: ["1"] }),
  }),
  fc.record({
    t: fc.constant("released" as const),
    at: instant,
    digest: fc.string(),
    rows: fc.uniqueArray(rowNumber),
  }),
  fc.record({ t: fc.constant("before" as const), at: instant, sha256: fc.string() }),
  fc.record({
    t: fc.constant("receipt" as const),
    post: fc.string(),
    at: instant,
    rows: fc.uniqueArray(outcome, { selector: ({ row }) => row }),
  }),
);

const applied = (records: readonly JournalRecord[]): Histories => {
  const rows: Histories = new Map();
  for (const each of records) applyRecord(rows, each);
  return rows;
};

/** As JSON, in which an absent property and an undefined one are the same. */
const plain = (rows: Histories): unknown => JSON.parse(JSON.stringify([...rows]));

describe("a shard's journal", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const { rows, lines, isTorn } = replay(path, records.map(toLine).join(""));
        assert.deepEqual(plain(rows), plain(applied(records)));
        assert.equal(lines, records.length);
        assert.equal(isTorn, false);
      }),
    );
  });

  it("keeps the lines of earlier releases", () => {
    const stored: readonly [line: string, state: string | undefined][] = [
      ['{"t":"open","runner":"r","at":"2026-01-01T00:00:00.000Z"}', undefined],
      ['{"t":"intent","post":"p","at":"2026-01-01T00:00:01.000Z","rows":[1]}', "doubt"],
      [
        '{"t":"receipt","post":"p","at":"2026-01-01T00:00:02.000Z","rows":[{"row":1,"retry":"Graph answered 429","throttled":true,"until":"2026-01-01T00:00:09.000Z"}]}',
        "unsent",
      ],
      [
        '{"t":"receipt","post":"p","at":"2026-01-01T00:00:03.000Z","rows":[{"row":1,"unsent":"LEASE_LOST"}]}',
        "unsent",
      ],
      [
        '{"t":"receipt","post":"p","at":"2026-01-01T00:00:04.000Z","rows":[{"row":1,"doubt":"no answer came","answered":false}]}',
        "doubt",
      ],
      [
        '{"t":"receipt","post":"look","at":"2026-01-01T00:00:05.000Z","rows":[{"row":1,"absent":"no answer came","until":"2026-01-01T00:00:07.000Z"}]}',
        "unsent",
      ],
      [
        '{"t":"settled","at":"2026-01-01T00:00:06.000Z","rows":[{"row":1,"verdict":"done","objectId":"o","attempts":1,"finishedAt":"2026-01-01T00:00:06.000Z"}]}',
        "final",
      ],
    ];
    let text = "";
    for (const [line, state] of stored) {
      text += `${line}\n`;
      assert.equal(replay(path, text).rows.get(1)?.state, state, line);
    }
    const written: JournalRecord[] = [
      { t: "open", runner: "r", at: at(0) },
      { t: "intent", post: "p", at: at(1), rows: [1] },
      ...(
        [
          { kind: "again", row: 1, reason: "Graph answered 429", throttled: true, until: at(9) },
          { kind: "unsent", row: 1, reason: "LEASE_LOST" },
          { kind: "doubt", row: 1, reason: "no answer came", answered: false },
        ] as const
      ).map((each, index): JournalRecord => ({
        t: "receipt",
        post: "p",
        at: at(index + 2),
        rows: [each],
      })),
      {
        t: "receipt",
        post: "look",
        at: at(5),
        rows: [{ kind: "absent", row: 1, reason: "no answer came", until: at(7) }],
      },
      {
        t: "settled",
        at: at(6),
        rows: [
          {
            kind: "final",
            row: 1,
            receipt: { verdict: "done", objectId: "o", attempts: 1, finishedAt: at(6) },
          },
        ],
      },
    ];
    assert.equal(written.map(toLine).join(""), text);
  });

  it("ignores a last line that was cut short, also after a successor has continued", () => {
    const some = fc.array(record, { minLength: 1 });
    fc.assert(
      fc.property(
        some,
        fc.array(record),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (records, later, part) => {
          const lines = records.map(toLine);
          const whole = lines.slice(0, -1).join("");
          const last = lines.at(-1) ?? "";
          const text = whole + last.slice(0, Math.floor((last.length - 1) * part));
          const found = replay(path, text);
          assert.deepEqual(plain(found.rows), plain(applied(records.slice(0, -1))));
          const open: JournalRecord = { t: "open", runner: "next", at: at(0) };
          const next = [open, ...later].map(toLine).join("");
          const after = replay(path, found.isTorn ? `${text}\n${next}` : text + next);
          const known = [...records.slice(0, -1), ...later];
          assert.deepEqual(plain(after.rows), plain(applied(known)));
        },
      ),
    );
  });

  it("refuses a journal with any other damage", () => {
    const lines = [1, 2].map((row) => toLine({ t: "intent", post: "p", at: at(0), rows: [row] }));
    assert.throws(() => replay(path, `${lines[0]}{"t":\n${lines[1]}`), {
      code: "BATCH_DAMAGED",
      what: `${path} is damaged in line 2.`,
    });
    assert.throws(() => replay(path, `null\n${lines[1]}`), { code: "BATCH_DAMAGED" });
  });

  it("refuses a journal with a verdict that is incomplete or not final", () => {
    const last = toLine({ t: "intent", post: "p", at: at(0), rows: [2] });
    for (const verdict of [
      { verdict: "failed", reason: "No fix is given." },
      { verdict: "unchanged", reason: "No object is named." },
      { verdict: "pending", reason: "It waits.", fix: "Wait." },
      { verdict: "dune" },
    ]) {
      for (const t of ["receipt", "settled"]) {
        const line = JSON.stringify({ t, post: "p", at: at(0), rows: [{ row: 1, ...verdict }] });
        assert.throws(() => replay(path, `${line}\n${last}`), { code: "BATCH_DAMAGED" });
      }
    }
    const retry = { row: 1, retry: "Graph is throttling", throttled: true };
    const line = JSON.stringify({ t: "settled", at: at(0), rows: [retry] });
    assert.throws(() => replay(path, `${line}\n${last}`), { code: "BATCH_DAMAGED" });
  });

  it("refuses a journal with an outcome that lacks what its kind needs", () => {
    const last = toLine({ t: "intent", post: "p", at: at(0), rows: [2] });
    for (const damaged of [
      { row: 1 },
      { unsent: "LEASE_LOST" },
      { row: "1", unsent: "LEASE_LOST" },
      { row: 1, unsent: 7 },
      { row: 1, absent: "no answer came" },
      { row: 1, doubt: "no answer came" },
      { row: 1, retry: "Graph answered 429" },
      { row: 1, retry: "Graph answered 429", throttled: true, until: 7 },
    ]) {
      const line = JSON.stringify({ t: "receipt", post: "p", at: at(0), rows: [damaged] });
      assert.throws(() => replay(path, `${line}\n${last}`), { code: "BATCH_DAMAGED" }, line);
    }
  });

  it("never changes a final verdict, but that of a held row which is released", () => {
    fc.assert(
      fc.property(fc.array(record), fc.array(record), (before, later) => {
        const early = applied(before);
        const late = applied([...before, ...later]);
        const released = new Set(later.flatMap((each) => (each.t === "released" ? each.rows : [])));
        for (const [row, { receipt }] of early) {
          const goesOn = receipt?.verdict === "held" && released.has(row);
          if (receipt && !goesOn) assert.deepEqual(late.get(row)?.receipt, receipt);
        }
      }),
    );
  });

  it("has a row in doubt from its intent until an outcome ends the doubt", () => {
    const intent: JournalRecord = { t: "intent", post: "p", at: at(1), rows: [1] };
    const row = (...outcomes: RowOutcome[]) =>
      applied([
        intent,
        ...outcomes.map((each): JournalRecord => ({
          t: "receipt",
          post: "p",
          at: at(2),
          rows: [each],
        })),
      ]).get(1);
    assert.equal(row()?.state, "doubt");
    assert.equal(row()?.attempts, 1);
    assert.equal(row({ kind: "unsent", row: 1, reason: "late" })?.state, "unsent");
    assert.equal(row({ kind: "unsent", row: 1, reason: "late" })?.attempts, 0);
    const throttled = row({
      kind: "again",
      row: 1,
      reason: "429",
      throttled: true,
      until: at(9),
    });
    assert.deepEqual([throttled?.state, throttled?.until], ["unsent", at(9)]);
    assert.equal(throttled?.doubted, false);
    assert.equal(row({ kind: "doubt", row: 1, reason: "lost", answered: false })?.doubted, true);
    const absent = row({ kind: "absent", row: 1, reason: "lost", until: at(3) });
    assert.deepEqual([absent?.state, absent?.doubted], ["unsent", true]);
  });

  it("remembers of a row that was sent again in doubt that its first send may have worked", () => {
    const intent: JournalRecord = { t: "intent", post: "p", at: at(1), rows: [1] };
    const again: JournalRecord = { t: "intent", post: "q", at: at(5), rows: [1] };
    const row = applied([intent, again]).get(1);
    assert.deepEqual([row?.doubted, row?.attempts, row?.firstIntentAt], [true, 2, at(1)]);
  });
});
