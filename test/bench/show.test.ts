import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { judge, median, readOptions, table } from "./show.ts";

describe("what benchmarks print", () => {
  afterEach(() => {
    process.exitCode = undefined;
  });

  it("is a Markdown table with its figures to the right", () =>
    assert.equal(
      table([
        ["name", "ms"],
        ["a", "7 ms"],
        ["longer", "1,234 ms"],
      ]),
      [
        "| name   |       ms |",
        "| ------ | -------: |",
        "| a      |     7 ms |",
        "| longer | 1,234 ms |",
      ].join("\n"),
    ));

  for (const [values, middle] of [
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[5], 5],
  ] as const)
    it(`has ${middle} as the median of ${values.join(", ")}`, () =>
      assert.equal(median(values), middle));

  it("refuses an option that is not known", () =>
    assert.throws(() => readOptions(["--shrot"]), TypeError));

  for (const { value, atMost, code } of [
    { value: 0.4, atMost: true, code: undefined },
    { value: 0.41, atMost: true, code: 1 },
    { value: 0.4, atMost: false, code: undefined },
    { value: 0.39, atMost: false, code: 1 },
    { value: Number.NaN, atMost: true, code: 1 },
  ])
    it(`ends with ${code ?? 0} for ${value} if ${atMost ? "at most" : "at least"} 0.4 is to be reached`, () => {
      judge([{ name: "ratio", value, unit: "", bar: 0.4, atMost }]);
      assert.equal(process.exitCode, code);
    });
});
