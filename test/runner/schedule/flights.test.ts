import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PlannedWrite } from "../../../shared/catalogue/row.ts";
import {
  EDGES_AT_FIRST,
  EDGES_AT_MOST,
  createFlights,
} from "../../../shared/runner/schedule/flights.ts";

const edge = (member: number, group = "g"): PlannedWrite => ({
  target: { kind: "new" },
  keys: [`edge:${group}/${member}`, `object:${member}`],
  group,
});

describe("what is in flight", () => {
  it("keeps an object to one write at a time", () => {
    const flights = createFlights();
    const rename: PlannedWrite = { target: { kind: "new" }, keys: ["object:1", "upn:a", "upn:a"] };
    flights.hold(rename);
    assert.equal(flights.allows(edge(1)), false);
    assert.equal(flights.allows({ target: { kind: "new" }, keys: ["upn:a"] }), false);
    flights.release(rename);
    assert.equal(flights.allows(edge(1)), true);
  });

  it("keeps an object that two rows in doubt hold until both are resolved", () => {
    const flights = createFlights();
    flights.hold(edge(1));
    flights.hold(edge(1, "h"));
    flights.release(edge(1));
    assert.equal(flights.allows({ target: { kind: "new" }, keys: ["object:1"] }), false);
    flights.release(edge(1, "h"));
    assert.equal(flights.allows({ target: { kind: "new" }, keys: ["object:1"] }), true);
  });

  it("bounds the edges of one group, and of that group only", () => {
    const flights = createFlights();
    for (let member = 0; member < EDGES_AT_FIRST; member++) flights.hold(edge(member));
    assert.equal(flights.allows(edge(99)), false);
    assert.equal(flights.allows(edge(99, "other")), true);
    flights.release(edge(0));
    assert.equal(flights.allows(edge(99)), true);
  });

  it("halves a group's bound at a conflict, never below one, and recovers with clean answers", () => {
    const flights = createFlights();
    flights.conflicted("g");
    assert.equal(flights.limitOf("g"), EDGES_AT_FIRST / 2);
    for (let times = 0; times < 10; times++) flights.conflicted("g");
    assert.equal(flights.limitOf("g"), 1);
    for (let times = 0; times < 2_000; times++) flights.answered("g");
    assert.equal(flights.limitOf("g"), EDGES_AT_MOST);
    assert.equal(flights.limitOf("other"), EDGES_AT_FIRST);
  });
});
