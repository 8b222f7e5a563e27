import assert from "node:assert/strict";
import { it } from "node:test";

import { CONTRACT_LEFT_OUT } from "../openapi/openapi-data.ts";
import type { GraphFixture } from "./graph-fixture.ts";

/** The last test of a suite: all its exchanges match the OpenAPI data. */
export function contractHolds(graph: GraphFixture): void {
  graph.holdToContract();
  it("every answer above and every accepted request match the OpenAPI data [CSDL of v1.0]", (t) => {
    const deviations = graph.deviations();
    if (!deviations) return t.diagnostic(CONTRACT_LEFT_OUT);
    assert.deepEqual([...new Set(deviations)], []);
  });
}
