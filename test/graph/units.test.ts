import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { costOf, expectedUnits } from "../../shared/graph/units.ts";

/** Graph throttling limits, identity and access service: base cost and its modifiers. */
const published = [
  { url: "/users", units: 2 },
  { url: "/users?$select=id&$top=500", units: 1 },
  { url: "/users?$select=id&$top=5", units: 1 },
  { url: "/users?$expand=manager", units: 3 },
  { url: "/users/22222222-2222-4222-8222-222222222222?$select=id", units: 1 },
  { url: "/users/a@contoso.com/memberOf", units: 2 },
  { url: "/groups?$filter=displayName%20eq%20'x'", units: 1 },
  { url: "/groups/1/members", units: 3 },
  { url: "/groups/1/members?$select=id&$top=999", units: 2 },
  { url: "/groups/1/transitiveMembers?$select=id&$top=999", units: 4 },
  { url: "/subscribedSkus", units: 3 },
  { url: "/constructor", units: 1 },
];

describe("the expected cost of a read", () => {
  for (const { url, units } of published) {
    it(`${url} is ${units}`, () => assert.equal(expectedUnits(url), units));
  }
  it("is replaced by the cost in the answer", () => {
    assert.equal(costOf({ headers: { "x-ms-resource-unit": "4" } }), 4);
    assert.equal(costOf({ headers: { "x-ms-resource-unit": "many" } }), undefined);
    assert.equal(costOf({ headers: {} }), undefined);
  });
});
