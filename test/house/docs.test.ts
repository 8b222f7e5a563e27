import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { stalePages } from "../../scripts/write-reference.ts";

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the documentation", () => {
  it("has the settings and operations that the code has", () =>
    assert.deepEqual(stalePages(), [], "run: npm run reference"));

  it("has one heading for every error code and none besides", () => {
    const codes = [...read("shared/core/errors.ts").matchAll(/\| "([A-Z_]+)"/g)].map(
      ([, code]) => code,
    );
    const headings = [...read("docs/errors.md").matchAll(/^## ([A-Z_]+)$/gm)].map(
      ([, code]) => code,
    );
    assert.ok(codes.length > 30);
    assert.deepEqual(new Set(headings), new Set(codes));
    assert.equal(headings.length, codes.length);
  });

  it("has every telemetry event", () => {
    const events = [...read("shared/core/telemetry.ts").matchAll(/event: "([a-z.]+)"/g)].map(
      ([, event]) => event,
    );
    assert.ok(events.length > 10);
    for (const event of events)
      assert.ok(read("docs/operations.md").includes(`\`${event}\``), event);
  });
});
