import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { makePassword } from "../../../shared/app/passwords/password.ts";

describe("a made password", () => {
  it("has all four kinds of characters, 32 of them, and never comes twice", () => {
    const seen = new Set<string>();
    for (let count = 0; count < 500; count += 1) {
      const password = makePassword();
      assert.equal(password.length, 32);
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) assert.match(password, kind);
      seen.add(password);
    }
    assert.equal(seen.size, 500);
  });

  it("does not begin with the same kind each time", () => {
    const first = new Set(Array.from({ length: 200 }, () => makePassword().charAt(0)));
    assert.ok([...first].some((each) => /[^a-z]/.test(each)));
  });
});
