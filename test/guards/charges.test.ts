import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  createGroupCounts,
  createWrittenCounts,
  countIn,
  lostIn,
  pruned,
  withOpen,
  withUsers,
  withWritten,
  fewestUsers,
} from "../../shared/guards/charges.ts";
import { emptyLedger, type Ledger } from "../../shared/records/ledger/ledger.ts";

const NOW = Date.parse("2026-11-20T08:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const id = (batch: string) => ({ batch, acceptedAt: "2026-11-20T08:00:00.000Z" });

/** What a batch wrote: one delete at each of these instants. */
function deletesAt(instants: readonly number[]) {
  const written = createWrittenCounts();
  for (const atMs of instants) written.add({ atMs, counts: { deletes: 1 } });
  return written.value();
}

const deletesIn = (ledger: Ledger): number =>
  ledger.charges.reduce((sum, charge) => sum + countIn(charge, "deletes"), 0);

describe("a ledger", () => {
  it("counts a write for 24 hours and never for less, however long its batch took", () => {
    const instants = fc.array(fc.integer({ min: 0, max: 3 * DAY }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 5 * DAY }), (offsets, laterMs) => {
        const ledger = withWritten(emptyLedger, id("b"), deletesAt(offsets.map((ms) => NOW + ms)));
        const nowMs = NOW + laterMs;
        const young = offsets.filter((ms) => NOW + ms > nowMs - DAY).length;
        // Its writes are kept by the quarter of an hour if they took longer than an hour.
        const notOld = offsets.filter((ms) => NOW + ms > nowMs - DAY - 15 * MINUTE).length;
        const counted = deletesIn(pruned(ledger, nowMs));
        assert.ok(young <= counted && counted <= notOld, `${young} ${counted} ${notOld}`);
      }),
    );
  });

  it("stays small after thousands of batches, and counts all of them", () => {
    let ledger: Ledger = emptyLedger;
    for (let at = 0; at < 3_000; at++) {
      const written = createWrittenCounts();
      for (let row = 0; row < 50; row++) {
        const counts = { deletes: 1, "membership-removals": 1 };
        written.add({ atMs: NOW + at * 1_000, counts, group: `group-${at % 7}-${row}` });
      }
      ledger = pruned(withWritten(ledger, id(`batch-${at}`), written.value()), NOW + at * 1_000);
    }
    assert.equal(deletesIn(ledger), 150_000);
    assert.ok(JSON.stringify(ledger).length < 1_500_000, `${JSON.stringify(ledger).length} bytes`);
    assert.equal(lostIn(ledger.charges, "group-3-4"), Math.ceil((3_000 - 3) / 7));
    assert.deepEqual(pruned(ledger, NOW + 2 * DAY).charges, []);
  });

  it("drops no charge of an open batch, however old it is", () => {
    const open = { counts: { deletes: 5 }, groups: { byGroup: {}, others: 0 } };
    const ledger = withOpen(emptyLedger, id("b"), open);
    assert.equal(deletesIn(pruned(ledger, NOW + 400 * DAY)), 5);
  });

  it("keeps the lowest count of users of 24 hours", () => {
    let ledger = withUsers(emptyLedger, 100, NOW);
    ledger = withUsers(ledger, 500, NOW + MINUTE);
    ledger = withUsers(ledger, 700, NOW + 5 * HOUR);
    assert.equal(fewestUsers(ledger), 100);
    assert.equal(fewestUsers(pruned(ledger, NOW + 26 * HOUR)), 700);
    assert.equal(fewestUsers(pruned(ledger, NOW + 40 * HOUR)), undefined);
  });
});

describe("memberships that are removed from many groups", () => {
  it("are never counted too few, with bounded memory", () => {
    const removals = fc.array(
      fc.record({ group: fc.nat(40), count: fc.integer({ min: 1, max: 9 }) }),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(removals, fc.integer({ min: 1, max: 10 }), (rows, most) => {
        const counts = createGroupCounts(most);
        const real = new Map<string, number>();
        for (const { group, count } of rows) {
          counts.add(String(group), count);
          real.set(String(group), (real.get(String(group)) ?? 0) + count);
        }
        const { byGroup, others } = counts.value();
        assert.ok(Object.keys(byGroup).length < 2 * most);
        for (const [group, count] of real) assert.ok((byGroup[group] ?? others) >= count);
      }),
    );
  });
});
