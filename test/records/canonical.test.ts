import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { canonicalJson, nonceOf } from "../../shared/records/decisions/canonical.ts";

/** The same value with the properties of each object in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, each]) => [name, turned(each)]),
  );
}

describe("canonical JSON", () => {
  it("is that of RFC 8785", () => {
    const value = {
      numbers: ["333333333.33333329", "1e30", "4.50", "2e-3", "0.000000000000000000000000001"].map(
        Number,
      ),
      string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    assert.equal(
      canonicalJson(value),
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    const names = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6 };
    assert.deepEqual(
      [...canonicalJson(names).matchAll(/:(\d)/g)].map(([, at]) => Number(at)),
      [2, 4, 6, 1, 5, 3],
    );
  });

  it("does not depend on the order of properties, and says the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(canonicalJson(turned(value)), canonicalJson(value));
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("of a message leaves the proof out, and nothing else", () => {
    const message = { version: 1, rows: [{ user: "ann", proof: "kept" }] };
    assert.equal(nonceOf({ ...message, proof: "a.b.c" }), nonceOf(message));
    assert.notEqual(nonceOf({ ...message, rows: [{ user: "ann" }] }), nonceOf(message));
  });
});
