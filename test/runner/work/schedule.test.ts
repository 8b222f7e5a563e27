import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { PlannedWrite } from "../../../shared/catalogue/row.ts";
import { toObjectId } from "../../../shared/core/object-id.ts";
import { createFlights } from "../../../shared/runner/flights.ts";
import {
  type Lane,
  type OpenRow,
  choose,
  resolveId,
} from "../../../shared/runner/work/schedule.ts";
import { seededRandom } from "../../core/seeded-random.ts";

interface TestLane extends Lane {
  readonly name: string;
  readonly rows: OpenRow[];
}

const openRow = (row: number, write: PlannedWrite): OpenRow => ({
  row,
  operation: "user.update",
  write,
  state: "waiting",
  notBeforeMs: 0,
  alone: false,
});

const laneOf = (name: string, rows: OpenRow[]): TestLane => ({
  name,
  rows,
  isFinal: (row) => rows.find((each) => each.row === row)?.state === "ended",
});

const plainWrite = (key: string): PlannedWrite => ({ target: { kind: "new" }, keys: [key] });

const names = (choice: ReturnType<typeof choose<TestLane>>): string[] =>
  choice.picked.map(({ lane, row }) => `${lane.name}${row.row}`);

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
      target: { kind: "new" as const },
      keys: [`object:${object}`, ...(group ? [`edge:${group}/${object}`] : [])],
      ...(group && { group }),
      after: afterBack.map((back) => index + 1 - back).filter((row) => row > 0),
    })),
  );

describe("the order of work", () => {
  it("sends every row to its end once, in order where it matters, and one object once at a time", () => {
    const batches = fc.array(writes, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(batches, fc.integer(), fc.integer({ min: 1, max: 20 }), (all, seed, most) => {
        const random = seededRandom(seed);
        const flights = createFlights();
        const lanes = all.map((each, index) =>
          laneOf(
            String.fromCharCode(97 + index),
            each.map((write, at) => openRow(at + 1, write)),
          ),
        );
        let nowMs = 0;
        let flying: { readonly lane: TestLane; readonly row: OpenRow; readonly backMs: number }[] =
          [];
        const ended: string[] = [];
        for (
          let step = 0;
          lanes.some(({ rows }) => rows.some(({ state }) => state !== "ended"));
          step++
        ) {
          assert.ok(step < 5_000, "the work does not end");
          const { picked, nextMs } = choose({ lanes, nowMs, most, flights });
          assert.ok(picked.length <= most);
          for (const { lane, row } of picked) {
            assert.equal(row.state, "flying");
            assert.ok(row.notBeforeMs <= nowMs);
            for (const earlier of row.write.after ?? []) assert.ok(lane.isFinal(earlier));
            flying.push({ lane, row, backMs: nowMs + 1 + Math.floor(random() * 20) });
          }
          const keys = flying.flatMap(({ row }) => row.write.keys);
          assert.equal(new Set(keys).size, keys.length, "a key is in flight twice");
          const soonest = Math.min(nextMs ?? Infinity, ...flying.map(({ backMs }) => backMs));
          assert.ok(soonest < Infinity, "nothing is in flight and nothing is due");
          nowMs = Math.max(nowMs, soonest);
          for (const { lane, row, backMs } of flying) {
            if (backMs > nowMs) continue;
            flights.release(row.write);
            const { group } = row.write;
            const fate = random();
            if (group && fate < 0.1) flights.conflicted(group);
            row.state = fate < 0.3 ? "waiting" : "ended";
            row.notBeforeMs = fate < 0.2 ? nowMs + Math.floor(random() * 50) : 0;
            if (row.state === "ended") ended.push(`${lane.name}${row.row}`);
          }
          flying = flying.filter(({ row }) => row.state === "flying");
        }
        assert.equal(new Set(ended).size, ended.length);
        assert.equal(ended.length, all.flat().length);
        for (const { name, rows } of lanes) {
          // Rows of one batch that share an object end in their order, whatever is retried.
          for (const key of new Set(rows.flatMap(({ write }) => write.keys))) {
            const order = rows
              .filter(({ write }) => write.keys.includes(key))
              .map(({ row }) => row);
            const ends = ended
              .filter((end) => end.startsWith(name))
              .map((end) => Number(end.slice(1)));
            assert.deepEqual(
              ends.filter((row) => order.includes(row)),
              order,
            );
          }
        }
      }),
    );
  });

  it("takes more urgent work first, and fills the post with the next", () => {
    const urgent = laneOf("u", [openRow(1, plainWrite("a")), openRow(2, plainWrite("a"))]);
    const normal = laneOf("n", [openRow(1, plainWrite("b")), openRow(2, plainWrite("a"))]);
    const flights = createFlights();
    const choice = choose({ lanes: [urgent, normal], nowMs: 0, most: 20, flights });
    assert.deepEqual(names(choice), ["u1", "n1"]);
  });

  it("holds back what an earlier row waits for, and says when that is", () => {
    const waits = openRow(1, plainWrite("a"));
    waits.notBeforeMs = 70;
    const lane = laneOf("n", [waits, openRow(2, plainWrite("a")), openRow(3, plainWrite("b"))]);
    const choice = choose({ lanes: [lane], nowMs: 50, most: 20, flights: createFlights() });
    assert.deepEqual(names(choice), ["n3"]);
    assert.equal(choice.nextMs, 70);
  });

  it("sends a row that goes alone by itself", () => {
    const alone = openRow(2, plainWrite("b"));
    alone.alone = true;
    const lane = laneOf("n", [openRow(1, plainWrite("a")), alone, openRow(3, plainWrite("c"))]);
    const flights = createFlights();
    assert.deepEqual(names(choose({ lanes: [lane], nowMs: 0, most: 20, flights })), ["n1", "n3"]);
    assert.deepEqual(names(choose({ lanes: [lane], nowMs: 0, most: 20, flights })), ["n2"]);
  });

  it("changes nothing when it only looks", () => {
    const lane = laneOf("n", [openRow(1, plainWrite("a"))]);
    const flights = createFlights();
    const look = { lanes: [lane], nowMs: 0, most: 20, flights };
    assert.deepEqual(names(choose({ ...look, peek: true })), ["n1"]);
    assert.deepEqual(names(choose(look)), ["n1"]);
    assert.deepEqual(names(choose(look)), []);
  });
});

describe("a row whose user an earlier row creates", () => {
  const group = toObjectId("10000000-0000-4000-8000-000000000000");
  const member = toObjectId("00000000-0000-4000-8000-000000000001");
  const write: PlannedWrite = {
    target: { kind: "pending-membership", group },
    keys: [`edge:${group}/upn:a`, "upn:a"],
    idFromRow: { row: 3, role: "member" },
  };

  it("waits for that row", () => {
    const lane = laneOf("n", [openRow(4, write)]);
    assert.deepEqual(resolveId(write, { isFinal: false, objectId: undefined }), { kind: "wait" });
    const choice = choose({ lanes: [lane], nowMs: 0, most: 20, flights: createFlights() });
    assert.deepEqual(names(choice), []);
  });

  it("gets its id, and from then on excludes others from that object", () => {
    const result = resolveId(write, { isFinal: true, objectId: member });
    assert.ok(result.kind === "write");
    assert.deepEqual(result.write.target, { kind: "membership", group, member });
    assert.deepEqual(result.write.keys, [`edge:${group}/upn:a`, "upn:a", `object:${member}`]);
    assert.deepEqual(resolveId(result.write, { isFinal: false, objectId: undefined }), result);
  });

  it("has none to come where that row created nothing", () => {
    const result = resolveId(write, { isFinal: true, objectId: undefined });
    assert.deepEqual(result, { kind: "orphan", row: 3 });
  });
});
