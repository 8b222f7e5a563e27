import assert from "node:assert/strict";
import { SourceMap } from "node:module";
import { describe, it } from "node:test";

import { build } from "esbuild";

import { leanMap } from "../../scripts/lean-map.ts";

/** A bundle of two of our folders with libraries, and its map as esbuild makes it. */
async function bundled() {
  const { outputFiles } = await build({
    entryPoints: ["shared/graph/batch.ts", "shared/records/status.ts"],
    outdir: "dist",
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    sourcemap: "linked",
    sourcesContent: false,
    write: false,
  });
  const ending = (end: string) => outputFiles.filter(({ path }) => path.endsWith(end));
  return ending(".js").map(({ text }, at) => ({ code: text, map: ending(".map")[at]!.contents }));
}

const parsed = (map: Uint8Array) =>
  JSON.parse(new TextDecoder().decode(map)) as ConstructorParameters<typeof SourceMap>[0];

const entries = (map: Uint8Array): number => parsed(map).mappings.split(/[,;]/).length;

/** File and line of a place in the code. */
function placeIn(map: SourceMap, row: number, column: number): string {
  const found = map.findEntry(row, column);
  return "originalSource" in found ? `${found.originalSource}:${found.originalLine}` : "nowhere";
}

describe("the source map that is deployed", () => {
  it("says the same file and line as esbuild's for every place in the code, with a third of the entries", async () => {
    for (const { code, map } of await bundled()) {
      const lean = leanMap(map);
      const [ours, whole] = [new SourceMap(parsed(lean)), new SourceMap(parsed(map))];
      for (const [row, line] of code.split("\n").entries()) {
        for (let column = 0; column < line.length; column += 1) {
          assert.equal(placeIn(ours, row, column), placeIn(whole, row, column));
        }
      }
      assert.ok(entries(lean) < entries(map) / 3, `${entries(lean)} of ${entries(map)}`);
    }
  });

  it("leaves places without a source without one", () => {
    // Two entries of a line, one without a source, and the line again.
    const mappings = "AAAA,CAAC,C,CAAA;AAAA";
    const map = { version: 3, sources: ["a.ts"], names: [], mappings };
    const lean = new SourceMap(parsed(leanMap(new TextEncoder().encode(JSON.stringify(map)))));
    assert.equal(placeIn(lean, 0, 1), "a.ts:0");
    assert.equal(placeIn(lean, 0, 2), "undefined:undefined");
    assert.equal(placeIn(lean, 0, 3), "a.ts:0");
  });
});
