import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PlannedWrite } from "../../../shared/catalogue/row.ts";
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
  const lane: TestLane = { path, accepted, rows: [], isFinal: () => false };
  for (const [at, write] of writes.entries()) {
    lane.rows.push(schedule.open({ lane, row: at + 1, operation: "user.update", write }));
  }
  return lane;
}

const names = ({ picked }: Choice<TestLane>): string[] =>
  picked.map(({ lane, row }) => `${lane.path}${row}`);

/** Sends what may go, and names it. */
function next(schedule: Schedule<TestLane>, lanes: readonly TestLane[]): string[] {
  const choice = schedule.choose({ lanes, nowMs: 0, most: 20 });
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
});
