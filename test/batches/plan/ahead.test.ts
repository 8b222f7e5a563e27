import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ahead } from "../../../shared/batches/plan/ahead.ts";

async function* numbers(count: number, started: number[]): AsyncGenerator<number> {
  for (let number = 1; number <= count; number += 1) {
    started.push(number);
    yield number;
  }
}

describe("what is taken ahead", () => {
  it("comes in order, after two more were started", async () => {
    const started: number[] = [];
    const seen: [number, number][] = [];
    for await (const number of ahead(numbers(5, started), () => 2))
      seen.push([number, started.length]);
    assert.deepEqual(seen, [
      [1, 3],
      [2, 4],
      [3, 5],
      [4, 5],
      [5, 5],
    ]);
  });

  it("is all there if there is less than that", async () => {
    const seen: number[] = [];
    for await (const number of ahead(numbers(1, []), () => 2)) seen.push(number);
    assert.deepEqual(seen, [1]);
  });

  it("is nothing more once nothing may be taken ahead", async () => {
    const started: number[] = [];
    const seen: [number, number][] = [];
    const count = () => (seen.length < 2 ? 2 : 0);
    for await (const number of ahead(numbers(7, started), count))
      seen.push([number, started.length]);
    assert.deepEqual(seen, [
      [1, 3],
      [2, 4],
      [3, 4],
      [4, 4],
      [5, 5],
      [6, 6],
      [7, 7],
    ]);
  });

  it("is not continued if the reader stops", async () => {
    const started: number[] = [];
    for await (const _ of ahead(numbers(9, started), () => 2)) break;
    assert.equal(started.length, 3);
  });
});
