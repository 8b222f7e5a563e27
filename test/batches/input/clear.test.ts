import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compileRow } from "../../../shared/batches/input/compile-row.ts";
import { catalogue } from "../../../shared/operations/list.ts";

const compiled = (jobTitle: unknown) =>
  compileRow(
    { row: 1, line: 2, cells: { user: "ann@contoso.com", jobTitle } },
    { catalogue, operation: "user.update" },
  );

describe("a cell that clears its property", () => {
  for (const cell of [
    "(clear)",
    "(CLEAR)",
    " (clear)",
    "(Clear) ",
    "\t(clear)\t",
    "（clear）",
    null,
  ]) {
    it(`is ${JSON.stringify(cell)}`, () => {
      const row = compiled(cell);
      assert.equal("payload" in row && row.payload["jobTitle"], null);
    });
  }

  it("leaves a list without entries, which Graph does not take as null", () => {
    for (const cell of ["(clear)", null]) {
      const cells = { user: "ann@contoso.com", businessPhones: cell };
      const row = compileRow({ row: 1, line: 2, cells }, { catalogue, operation: "user.update" });
      assert.deepEqual("payload" in row && row.payload["businessPhones"], []);
    }
  });

  for (const cell of [
    "( clear )",
    "[clear]",
    "(cler)",
    "(clear",
    "clear)",
    "<Clear>",
    "(cleared)",
  ]) {
    it(`is not ${cell}, which fails because it is nearly (clear)`, () => {
      const row = compiled(cell);
      assert.match(
        "invalid" in row ? row.invalid.reason : "",
        /^jobTitle is nearly \(clear\): write \(clear\) to clear it/,
      );
    });
  }

  for (const cell of ["Clear", "clear", "(cleaning)", "Lead (EMEA)", "(acting)"]) {
    it(`is not ${cell}, which is a value`, () => {
      const row = compiled(cell);
      assert.equal("payload" in row && row.payload["jobTitle"], cell);
    });
  }
});
