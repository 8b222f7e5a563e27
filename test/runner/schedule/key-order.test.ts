import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  type PendingWrite,
  type PlannedWrite,
  completeWrite,
} from "../../../shared/catalogue/row.ts";
import { toObjectId } from "../../../shared/core/object-id.ts";
import type { Choice } from "../../../shared/runner/schedule/choose.ts";
import type { Lane, OpenRow } from "../../../shared/runner/schedule/open-row.ts";
import { type Schedule, createSchedule } from "../../../shared/runner/schedule/schedule.ts";

interface TestLane extends Lane {
  readonly rows: OpenRow<TestLane>[];
}

const member = toObjectId("00000000-0000-4000-8000-000000000001");

/** A membership of the member. */
const edge = (group: string): PlannedWrite => ({
  target: { kind: "membership", group: member, member },
  keys: [`edge:${group}/${member}`, `object:${member}`],
  group,
});

/** A write to the member itself. */
const change: PlannedWrite = { target: { kind: "new" }, keys: [`object:${member}`] };

/** Opens rows of a lane, whose path is its place in the order of work. */
function laneOf(
  schedule: Schedule<TestLane>,
  path: string,
  writes: readonly PlannedWrite[],
  accepted = path,
): TestLane {
  const lane: TestLane = {
    path,
    accepted,
    rows: [],
    isFinal: () => false,
    areFinalUpTo: () => false,
  };
  for (const [at, write] of writes.entries()) {
    lane.rows.push(schedule.open({ lane, row: at + 1, operation: "user.update", write }));
  }
  return lane;
}

const names = ({ picked }: Choice<TestLane>): string[] =>
  picked.map(({ lane, row }) => `${lane.path}${row}`);

/** Sends what may go, and names it. */
function next(schedule: Schedule<TestLane>, lanes: readonly TestLane[], nowMs = 0): string[] {
  const choice = schedule.choose({ lanes, nowMs, most: 20 });
  schedule.take(choice.picked, "flying");
  return names(choice);
}

describe("rows about one member", () => {
  it("go together if they are memberships, and neither before nor after a write to the member", () => {
    const schedule = createSchedule<TestLane>();
    const lane = laneOf(schedule, "a", [edge("g"), edge("h"), change, edge("i"), edge("j")]);
    const end = (row: number): void =>
      schedule.place(lane.rows[row - 1]!, { state: "ended", notBeforeMs: 0 });
    assert.deepEqual(next(schedule, [lane]), ["a1", "a2"]);
    end(2);
    assert.deepEqual(next(schedule, [lane]), []);
    end(1);
    assert.deepEqual(next(schedule, [lane]), ["a3"]);
    end(3);
    assert.deepEqual(next(schedule, [lane]), ["a4", "a5"]);
  });

  it("are hurried if an urgent membership waits for them, and not if it does not", () => {
    const schedule = createSchedule<TestLane>();
    const later = laneOf(schedule, "b", [change, edge("g")], "1");
    const urgent = laneOf(schedule, "a", [edge("h")], "2");
    assert.deepEqual(next(schedule, [urgent]), ["b1"]);
    schedule.place(later.rows[0]!, { state: "ended", notBeforeMs: 0 });
    assert.deepEqual(next(schedule, [urgent]), ["a1"]);
    assert.deepEqual(next(schedule, [urgent, later]), ["b2"]);
  });

  it("go one after another if they change one edge, also if one of them knew no id when it was planned", () => {
    const schedule = createSchedule<TestLane>();
    const coming: PendingWrite = {
      target: { kind: "pending-membership", group: member },
      keys: [`edge:${member}/upn:ann@example.com`, "upn:ann@example.com"],
      group: member,
      idFromRow: { row: 1, role: "member" },
    };
    const early = laneOf(schedule, "b", [coming], "1");
    const late = laneOf(schedule, "a", [edge(member)], "2");
    schedule.complete(early.rows[0]!, completeWrite(coming, { subject: member }));
    assert.deepEqual(next(schedule, [late, early]), ["b1"]);
    assert.deepEqual(next(schedule, [late, early]), []);
    schedule.place(early.rows[0]!, { state: "ended", notBeforeMs: 0 });
    assert.deepEqual(next(schedule, [late, early]), ["a1"]);
  });

  it("go in order of acceptance if an earlier batch comes while a later membership is in flight", () => {
    const schedule = createSchedule<TestLane>();
    const late = laneOf(schedule, "b", [edge("g"), edge("h")], "2");
    const end = (row: OpenRow<TestLane> | undefined): void =>
      schedule.place(row!, { state: "ended", notBeforeMs: 0 });
    schedule.place(late.rows[0]!, { state: "waiting", notBeforeMs: 1_000 });
    assert.deepEqual(next(schedule, [late]), ["b2"]);
    const early = laneOf(schedule, "a", [change], "1");
    end(late.rows[1]);
    assert.deepEqual(next(schedule, [early, late], 2_000), ["a1"]);
    end(early.rows[0]);
    assert.deepEqual(next(schedule, [early, late], 2_000), ["b1"]);
  });
});
