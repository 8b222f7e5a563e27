import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { describe, it } from "node:test";

import { read, root } from "./pages.ts";
import { crowdedFolders, deepChains, mutualFolders, type Sources } from "./structure.ts";

const MOST_FILES = 16;
const MOST_LEVELS = 6;

const shared: Sources = Object.fromEntries(
  globSync("shared/**/*.ts", { cwd: root }).map((path) => [path, read(path)]),
);

const importing = (path: string): string => `import { one } from "${path}";\n`;

describe("the structure of shared/", () => {
  it(`keeps a folder to ${MOST_FILES} files of its own`, () =>
    assert.deepEqual(crowdedFolders(shared, MOST_FILES), []));

  it(`keeps imports inside a folder to ${MOST_LEVELS} levels`, () =>
    assert.deepEqual(deepChains(shared, MOST_LEVELS), []));

  it("has no two folders that import each other", () =>
    assert.deepEqual(mutualFolders(shared), []));

  it("is read whole: every file is found", () => assert.ok(Object.keys(shared).length > 150));
});

describe("a planted violation is found", () => {
  it("a folder with one file too many", () => {
    const crowd = Array.from({ length: MOST_FILES + 1 }, (_, at) => [`shared/crowd/${at}.ts`, ""]);
    const planted: Sources = Object.fromEntries(crowd);
    const found = crowdedFolders(planted, MOST_FILES);
    assert.deepEqual(found, ["shared/crowd holds 17 files"]);
  });

  it("a chain of imports one level too deep", () => {
    const chain = Array.from({ length: MOST_LEVELS + 1 }, (_, at) => [
      `shared/deep/${at}.ts`,
      at === MOST_LEVELS ? "" : importing(`./${at + 1}.ts`),
    ]);
    const planted: Sources = Object.fromEntries(chain);
    const [found = "", ...more] = deepChains(planted, MOST_LEVELS);
    assert.match(found, /^7 levels: shared\/deep\/0\.ts → /);
    assert.deepEqual(more, []);
  });

  it("two folders that import each other, by a type and a re-export", () => {
    const planted: Sources = {
      "shared/one/a.ts": `import type { B } from "../two/b.ts";\n`,
      "shared/two/b.ts": `export type B = 1;\n`,
      "shared/two/c.ts": `export {\n  d,\n} from "../one/d.ts";\n`,
      "shared/one/d.ts": "export const d = 1;\n",
    };
    assert.deepEqual(mutualFolders(planted), [
      "shared/one/a.ts imports shared/two/b.ts, and shared/two/c.ts imports shared/one/d.ts",
    ]);
  });
});
