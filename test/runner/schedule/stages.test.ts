import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { type PendingWrite, type PlannedWrite, isPending } from "../../../shared/catalogue/row.ts";
import { toObjectId } from "../../../shared/core/object-id.ts";
import type { Lane, OpenRow } from "../../../shared/runner/schedule/open-row.ts";
import { type Creator, resolveId } from "../../../shared/runner/schedule/resolve-id.ts";
import { type Schedule, createSchedule } from "../../../shared/runner/schedule/schedule.ts";

/** A row to be planned: it creates an object, changes one that exists, or changes one that a row creates. */
interface Wish {
  readonly kind: "create" | "change" | "dependant";
  readonly object: number;
  /** Whether a new stage begins with it. */
  readonly begins: boolean;
  /** How its first posts end, before one that is its last. */
  readonly troubles: readonly ("retry" | "doubt")[];
  readonly fails: boolean;
  readonly takesMs: number;
}

const wishes: fc.Arbitrary<Wish[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("create", "change", "dependant"),
    object: fc.nat(3),
    begins: fc.boolean(),
    troubles: fc.array(fc.constantFrom("retry", "doubt"), { maxLength: 2 }),
    fails: fc.boolean(),
    takesMs: fc.integer({ min: 1, max: 500 }),
  }),
  { minLength: 1, maxLength: 40 },
);

const idOf = (at: number) => toObjectId(`00000000-0000-4000-8000-${String(at).padStart(12, "0")}`);

/** The writes of the rows, as the plan makes them. */
function plan(rows: readonly Wish[]): PlannedWrite[] {
  const creates: number[] = [];
  let stage = 1;
  let behind = 0;
  return rows.map(({ kind, object, begins }, at): PlannedWrite => {
    if (begins && at > 0) {
      stage += 1;
      behind = at;
    }
    const staged = behind > 0 ? { stage, behind } : {};
    const creator = creates[object % Math.max(1, creates.length)];
    if (kind === "create") {
      creates.push(at + 1);
      return { target: { kind: "new" }, keys: [`upn:new${at + 1}`], ...staged };
    }
    if (kind === "dependant" && creator !== undefined) {
      const pending: PendingWrite = {
        target: { kind: "pending-user" },
        keys: [`upn:new${creator}`],
        after: [creator],
        idFromRow: { row: creator, role: "user" },
        ...staged,
      };
      return pending;
    }
    return {
      target: { kind: "user", user: idOf(object) },
      keys: [`object:${idOf(object)}`],
      ...staged,
    };
  });
}

interface Sim extends Lane {
  readonly verdicts: Map<number, "done" | "failed" | "skipped">;
}

/** Plays the runner on a simulated clock, `most` rows at a time; says in words what was out of order. */
function play(rows: readonly Wish[], most: number): { wrong: string[]; lane: Sim; sent: number[] } {
  const schedule: Schedule<Sim> = createSchedule<Sim>();
  const verdicts: Sim["verdicts"] = new Map();
  const isFinal = (row: number): boolean => verdicts.has(row);
  const lane: Sim = {
    path: "a",
    accepted: "a",
    verdicts,
    isFinal,
    areFinalUpTo: (row) => Array.from({ length: row }, (_, at) => at + 1).every(isFinal),
  };
  const writes = plan(rows);
  const open: OpenRow<Sim>[] = writes.map((write, at) =>
    schedule.open({ lane, row: at + 1, operation: "user.update", write }),
  );
  const wrong: string[] = [];
  const sent: number[] = [];
  const tries = new Map<number, number>();
  const creatorOf = (row: number): Creator => ({
    isFinal: isFinal(row),
    objectId: verdicts.get(row) === "done" ? idOf(100 + row) : undefined,
  });
  const end = (row: OpenRow<Sim>, verdict: "done" | "failed" | "skipped"): void => {
    if (isFinal(row.row)) wrong.push(`row ${row.row} ended twice`);
    verdicts.set(row.row, verdict);
    schedule.place(row, { state: "ended", notBeforeMs: 0 });
    for (const each of open) if (isPending(each.write)) settle(each);
    schedule.freed(lane, row.row);
  };
  const settle = (row: OpenRow<Sim>): void => {
    if (isFinal(row.row)) return;
    const result = resolveId(row.write, creatorOf);
    if (result.kind === "orphan") end(row, "skipped");
    if (result.kind === "write") schedule.complete(row, result.write);
  };
  const flights: { row: OpenRow<Sim>; endsMs: number }[] = [];
  for (let nowMs = 0; nowMs < 1e6;) {
    const room = most - flights.length;
    const { picked, nextMs } = schedule.choose({ lanes: [lane], nowMs, most: Math.max(0, room) });
    for (const row of picked.slice(0, room)) {
      const { write } = row;
      if (!lane.areFinalUpTo(write.behind ?? 0)) wrong.push(`row ${row.row} before its stage`);
      if (isPending(write)) wrong.push(`row ${row.row} without its object`);
      for (const earlier of open.slice(0, row.row - 1)) {
        const isShared = earlier.write.keys.some((key) => write.keys.includes(key));
        if (isShared && !isFinal(earlier.row)) wrong.push(`row ${row.row} before ${earlier.row}`);
      }
      sent.push(row.row);
      flights.push({ row, endsMs: nowMs + (rows[row.row - 1]?.takesMs ?? 1) });
    }
    schedule.take(picked.slice(0, room), "flying");
    flights.sort((a, b) => a.endsMs - b.endsMs);
    const [next] = flights.splice(0, 1);
    if (next === undefined) {
      if (nextMs === undefined || nextMs <= nowMs) break;
      nowMs = nextMs;
      continue;
    }
    nowMs = Math.max(nowMs, next.endsMs);
    const { row } = next;
    const wish = rows[row.row - 1]!;
    const at = tries.get(row.row) ?? 0;
    tries.set(row.row, at + 1);
    const trouble = wish.troubles[at];
    if (trouble === undefined) end(row, wish.fails ? "failed" : "done");
    else {
      // A doubt is settled by a look that shows nothing, and the row waits as after a refusal.
      if (trouble === "doubt") schedule.place(row, { state: "doubt", notBeforeMs: nowMs });
      schedule.place(row, { state: "waiting", notBeforeMs: nowMs + wish.takesMs });
    }
  }
  return { wrong, lane, sent };
}

describe("rows in stages, some of which create what others change", () => {
  it("go in their stage, in order on one object, and each ends, also if their creator fails", () => {
    fc.assert(
      fc.property(wishes, fc.integer({ min: 1, max: 8 }), (rows, most) => {
        const { wrong, lane, sent } = play(rows, most);
        assert.deepEqual(wrong, []);
        const writes = plan(rows);
        for (const [at, write] of writes.entries()) {
          const verdict = lane.verdicts.get(at + 1);
          const creator = write.idFromRow && lane.verdicts.get(write.idFromRow.row);
          const isOrphan = creator !== undefined && creator !== "done";
          const own = rows[at]?.fails ? "failed" : "done";
          assert.equal(verdict, isOrphan ? "skipped" : own, `row ${at + 1}`);
          assert.equal(sent.includes(at + 1), !isOrphan, `row ${at + 1} was sent, or not`);
        }
      }),
      { numRuns: 500 },
    );
  });
});
