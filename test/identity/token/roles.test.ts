import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { claimsOf, rolesOf } from "../../../shared/identity/token/roles.ts";

const jwt = (payload: unknown): string =>
  `x.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.x`;

describe("the roles of a token", () => {
  const table = [
    {
      of: "one with roles",
      token: jwt({ roles: ["A.Read", "B.Write"] }),
      are: ["A.Read", "B.Write"],
    },
    { of: "one without", token: jwt({}), are: [] },
    { of: "one whose roles are no list", token: jwt({ roles: "A.Read" }), are: [] },
    {
      of: "one with something else in the list",
      token: jwt({ roles: [1, "A.Read"] }),
      are: ["A.Read"],
    },
    { of: "one that is no object", token: jwt(null), are: [] },
    { of: "an opaque one", token: "opaque", are: [] },
    { of: "an empty one", token: "", are: [] },
  ];
  for (const { of, token, are } of table) {
    it(`${of} are ${JSON.stringify(are)}`, () => assert.deepEqual(rolesOf(token), are));
  }

  it("are among its claims, which are not verified", () => {
    assert.deepEqual(claimsOf(jwt({ iss: "a" })), { iss: "a" });
  });
});
