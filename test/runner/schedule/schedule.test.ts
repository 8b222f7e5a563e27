import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { PlannedWrite } from "../../../shared/catalogue/row.ts";
import { toObjectId } from "../../../shared/core/object-id.ts";
import type { Choice } from "../../../shared/runner/schedule/choose.ts";
import { type Lane, type OpenRow, byAcceptance } from "../../../shared/runner/schedule/open-row.ts";
import { type Schedule, createSchedule } from "../../../shared/runner/schedule/schedule.ts";
import { seededRandom } from "../../core/seeded-random.ts";

interface TestLane extends Lane {
  readonly name: string;
  readonly rows: OpenRow<TestLane>[];
}

/** Opens rows 1, 2, … of a lane. `name` is its place in the order of work. */
function laneOf(
  schedule: Schedule<TestLane>,
  name: string,
  writes: readonly PlannedWrite[],
  accepted = name,
): TestLane {
  const rows: OpenRow<TestLane>[] = [];
  const isFinal = (row: number): boolean => rows[row - 1]?.state === "ended";
  const areFinalUpTo = (row: number): boolean =>
    Array.from({ length: row }, (_, at) => at + 1).every(isFinal);
  const lane: TestLane = { name, path: name, accepted, rows, isFinal, areFinalUpTo };
  for (const [at, write] of writes.entries()) {
    rows.push(schedule.open({ lane, row: at + 1, operation: "user.update", write }));
  }
  return lane;
}

const plainWrite = (key: string): PlannedWrite => ({ target: { kind: "new" }, keys: [key] });

const names = (choice: Choice<TestLane>): string[] =>
  choice.picked.map(({ lane, row }) => `${lane.name}${row}`);

const pathOf = (order: number, at: number): string => `${String(order).padStart(10)}-${at}`;

/** Chooses and takes. */
function next(schedule: Schedule<TestLane>, lanes: readonly TestLane[], nowMs = 0, most = 20) {
  const choice = schedule.choose({ lanes, nowMs, most });
  schedule.take(choice.picked, "flying");
  return choice;
}

const someId = "00000000-0000-4000-8000-000000000001";

/** Whether a row only names the object of a key: it changes a membership of it. */
const isNamed = (key: string, { write }: Pick<OpenRow<TestLane>, "write">): boolean =>
  write.target.kind === "membership" && key.startsWith("object:");

/** Rows of one batch: each may share its object with others, be an edge, and come after earlier rows. */
const writes: fc.Arbitrary<PlannedWrite[]> = fc
  .array(
    fc.record({
      object: fc.nat(6),
      group: fc.option(fc.constantFrom("g", "h"), { nil: undefined }),
      afterBack: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ object, group, afterBack }, index) => ({
      target: group
        ? { kind: "membership" as const, group: toObjectId(someId), member: toObjectId(someId) }
        : { kind: "new" as const },
      keys: [...(group ? [`edge:${group}/${object}`] : []), `object:${object}`],
      ...(group && { group }),
      after: afterBack.map((back) => index + 1 - back).filter((row) => row > 0),
    })),
  );

describe("the order of work", () => {
  it("offers no row that needs another before it is known that the other ended well", () => {
    const schedule = createSchedule<TestLane>();
    const write = plainWrite("b");
    const lane = laneOf(schedule, "a", [plainWrite("a"), { ...write, needs: [1], after: [1] }]);
    const [first, second] = lane.rows;
    assert.deepEqual(names(next(schedule, [lane])), ["a1"]);
    schedule.place(first!, { state: "ended", notBeforeMs: 0 });
    schedule.freed(lane, 1);
    assert.deepEqual(names(next(schedule, [lane])), []);
    schedule.complete(second!, write);
    assert.deepEqual(names(next(schedule, [lane])), ["a2"]);
  });

  it("sends every row to its end once, in order where it matters, and one object once at a time", () => {
    const batches = fc.array(writes, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(batches, fc.integer(), fc.integer({ min: 1, max: 20 }), (all, seed, most) => {
        const random = seededRandom(seed);
        const schedule = createSchedule<TestLane>();
        const lanes = all.map((each, index) =>
          laneOf(schedule, String.fromCharCode(97 + index), each),
        );
        let nowMs = 0;
        let flying: { readonly row: OpenRow<TestLane>; readonly backMs: number }[] = [];
        const ended: string[] = [];
        for (
          let step = 0;
          lanes.some(({ rows }) => rows.some(({ state }) => state !== "ended"));
          step++
        ) {
          assert.ok(step < 5_000, "the work does not end");
          const { picked, nextMs } = next(schedule, lanes, nowMs, most);
          assert.ok(picked.length <= most);
          for (const row of picked) {
            assert.equal(row.state, "flying");
            assert.ok(row.notBeforeMs <= nowMs);
            for (const earlier of row.write.after ?? []) assert.ok(row.lane.isFinal(earlier));
            flying.push({ row, backMs: nowMs + 1 + Math.floor(random() * 20) });
          }
          for (const key of new Set(flying.flatMap(({ row }) => row.write.keys))) {
            const sharing = flying.filter(({ row }) => row.write.keys.includes(key));
            const areNamed = sharing.every(({ row }) => isNamed(key, row));
            assert.ok(sharing.length === 1 || areNamed, "a key is in flight twice");
          }
          const soonest = Math.min(nextMs ?? Infinity, ...flying.map(({ backMs }) => backMs));
          assert.ok(soonest < Infinity, "nothing is in flight and nothing is due");
          nowMs = Math.max(nowMs, soonest);
          for (const { row, backMs } of flying) {
            if (backMs > nowMs) continue;
            const { group } = row.write;
            const fate = random();
            if (group && fate < 0.1) schedule.conflicted(group);
            schedule.place(row, {
              state: fate < 0.3 ? "waiting" : "ended",
              notBeforeMs: fate < 0.2 ? nowMs + Math.floor(random() * 50) : 0,
            });
            if (row.state !== "ended") continue;
            schedule.freed(row.lane, row.row);
            ended.push(`${row.lane.name}${row.row}`);
          }
          flying = flying.filter(({ row }) => row.state === "flying");
        }
        assert.equal(new Set(ended).size, ended.length);
        assert.equal(ended.length, all.flat().length);
        for (const { name, rows } of lanes) {
          // Rows of one batch that share an object end in their order, whatever is retried.
          for (const key of new Set(rows.flatMap(({ write }) => write.keys))) {
            const sharing = rows.filter(({ write }) => write.keys.includes(key));
            const place = (row: OpenRow<TestLane>): number => ended.indexOf(`${name}${row.row}`);
            for (const [at, row] of sharing.entries()) {
              for (const earlier of sharing.slice(0, at)) {
                const isFree = isNamed(key, row) && isNamed(key, earlier);
                assert.ok(
                  isFree || place(earlier) < place(row),
                  `${earlier.row} before ${row.row}`,
                );
              }
            }
          }
        }
      }),
    );
  });

  it("counts as many rows as it is asked for, so that no shard is opened too early", () => {
    const schedule = createSchedule<TestLane>();
    const keys = Array.from({ length: 300 }, (_, at) => plainWrite(`object:${at}`));
    const lane = laneOf(schedule, "a", keys);
    const sharing = { membersPerWrite: 3, mayShare: () => false, isFilling: () => false };
    for (const wish of [{}, { sharing }]) {
      const choice = schedule.choose({ lanes: [lane], nowMs: 0, most: 200, ...wish });
      assert.deepEqual([choice.picked.length, choice.writes], [200, 200]);
    }
  });

  it("takes more urgent work first, and fills the post with the next", () => {
    const schedule = createSchedule<TestLane>();
    const urgent = laneOf(schedule, "a", [plainWrite("a"), plainWrite("a")]);
    const normal = laneOf(schedule, "b", [plainWrite("b"), plainWrite("a")]);
    assert.deepEqual(names(next(schedule, [urgent, normal])), ["a1", "b1"]);
  });

  it("holds back what an earlier row waits for, and says when that is", () => {
    const schedule = createSchedule<TestLane>();
    const lane = laneOf(schedule, "n", [plainWrite("a"), plainWrite("a"), plainWrite("b")]);
    schedule.place(lane.rows[0]!, { state: "waiting", notBeforeMs: 70 });
    const choice = next(schedule, [lane], 50);
    assert.deepEqual(names(choice), ["n3"]);
    assert.equal(choice.nextMs, 70);
  });

  it("sends a row that goes alone by itself", () => {
    const schedule = createSchedule<TestLane>();
    const lane = laneOf(schedule, "n", [plainWrite("a"), plainWrite("b"), plainWrite("c")]);
    schedule.isolate(lane.rows[1]!);
    assert.deepEqual(names(next(schedule, [lane])), ["n1", "n3"]);
    assert.deepEqual(names(next(schedule, [lane])), ["n2"]);
  });

  it("changes nothing when it only chooses", () => {
    const schedule = createSchedule<TestLane>();
    const lane = laneOf(schedule, "n", [plainWrite("a")]);
    const look = { lanes: [lane], nowMs: 0, most: 20 };
    assert.deepEqual(names(schedule.choose(look)), ["n1"]);
    assert.deepEqual(names(next(schedule, [lane])), ["n1"]);
    assert.deepEqual(names(next(schedule, [lane])), []);
  });

  it("sends an earlier batch's row first if a more urgent one waits for its object, and at once", () => {
    const schedule = createSchedule<TestLane>();
    const bulk = [plainWrite("x"), plainWrite("y"), plainWrite("a"), plainWrite("a")];
    const normal = laneOf(schedule, "b", bulk, "1");
    const urgent = laneOf(schedule, "a", [plainWrite("a"), plainWrite("z")], "2");
    const lanes = [urgent, normal];
    assert.deepEqual(names(schedule.choose({ lanes, nowMs: 0, most: 2 })), ["b3", "a2"]);
    const end = (row: OpenRow<TestLane>): void =>
      schedule.place(row, { state: "ended", notBeforeMs: 0 });
    const [third, fourth] = normal.rows.slice(2);
    schedule.take([third!], "flying");
    end(third!);
    assert.deepEqual(names(schedule.choose({ lanes, nowMs: 0, most: 1 })), ["b4"]);
    end(fourth!);
    assert.deepEqual(names(schedule.choose({ lanes, nowMs: 0, most: 1 })), ["a1"]);
  });

  it("keeps rows of one object in order of acceptance, whatever the order of work", () => {
    const batches = fc.array(fc.record({ rows: writes, order: fc.nat() }), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(batches, fc.integer(), fc.integer({ min: 1, max: 20 }), (all, seed, most) => {
        const random = seededRandom(seed);
        const schedule = createSchedule<TestLane>();
        const lanes = all
          .map(({ rows, order }, at) => laneOf(schedule, pathOf(order, at), rows, String(at)))
          .toSorted((a, b) => (a.path < b.path ? -1 : 1));
        const ended: OpenRow<TestLane>[] = [];
        for (let nowMs = 1; ended.length < all.flatMap(({ rows }) => rows).length; nowMs++) {
          assert.ok(nowMs < 5_000, "the work does not end");
          for (const row of next(schedule, lanes, nowMs, most).picked) {
            const isDone = random() < 0.7;
            const notBeforeMs = isDone ? 0 : nowMs + Math.floor(random() * 5);
            schedule.place(row, { state: isDone ? "ended" : "waiting", notBeforeMs });
            if (isDone) ended.push(row);
            if (isDone) schedule.freed(row.lane, row.row);
          }
        }
        for (const key of new Set(ended.flatMap(({ write }) => write.keys))) {
          const mine = ended.filter(({ write }) => write.keys.includes(key));
          for (const [at, row] of mine.entries()) {
            const late = mine.slice(0, at).filter((other) => byAcceptance(other, row) > 0);
            assert.ok(late.every((other) => isNamed(key, other) && isNamed(key, row)));
          }
        }
      }),
    );
  });

  it("lets the rows of a batch that cannot go on pass, but not those in doubt", () => {
    const schedule = createSchedule<TestLane>();
    const broken = laneOf(schedule, "a", [plainWrite("a"), plainWrite("b")]);
    const other = laneOf(schedule, "b", [plainWrite("a"), plainWrite("b")]);
    schedule.place(broken.rows[0]!, { state: "doubt", notBeforeMs: 0 });
    schedule.withdraw(broken, broken.rows);
    assert.deepEqual(names(next(schedule, [other])), ["b2"]);
    schedule.place(broken.rows[0]!, { state: "waiting", notBeforeMs: 0 });
    assert.deepEqual(names(next(schedule, [other])), ["b1"]);
  });

  it("lets no row of a batch that cannot go on stand in the way once more is known of it", () => {
    const schedule = createSchedule<TestLane>();
    const paused = laneOf(schedule, "a", [plainWrite("a")]);
    const other = laneOf(schedule, "b", [plainWrite("a")]);
    // It is being looked at when its batch is paused.
    schedule.take(paused.rows, "looking");
    schedule.withdraw(paused, paused.rows);
    schedule.place(paused.rows[0]!, { state: "waiting", notBeforeMs: 0 });
    schedule.complete(paused.rows[0]!, { ...plainWrite("a"), keys: ["a", "b"] });
    assert.deepEqual(names(next(schedule, [paused, other])), ["b1"]);
  });
});
