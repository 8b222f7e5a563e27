import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, describe, it } from "node:test";

/** A violation of each direction of dependency: the file it is planted in and what it imports. */
const planted: readonly (readonly [file: string, imports: string])[] = [
  ["shared/core/planted.ts", "node:fs"],
  ["shared/core/planted.ts", "@azure/identity"],
  ["shared/core/planted.ts", "../graph/graph.ts"],
  ["shared/operations/planted.ts", "../storage/storage.ts"],
  ["shared/operations/planted.ts", "node:crypto"],
  ["shared/catalogue/planted.ts", "../runner/run.ts"],
  ["shared/graph/planted.ts", "../identity/identity.ts"],
  ["shared/graph/planted.ts", "../catalogue/catalogue.ts"],
  ["shared/identity/planted.ts", "../storage/storage.ts"],
  ["shared/storage/planted.ts", "../graph/graph.ts"],
  ["shared/batches/planted.ts", "../runner/run.ts"],
  ["shared/batches/planted.ts", "@azure/storage-blob"],
  ["shared/runner/planted.ts", "../identity/identity.ts"],
  ["shared/policies/planted.ts", "../runner/run.ts"],
  ["shared/core/planted.ts", "../../test/cloud/start-cloud.ts"],
  ["shared/compose.ts", "../functions/index.ts"],
  ["functions/planted.ts", "../shared/graph/graph.ts"],
  ["functions/planted.ts", "@azure/identity"],
];

const root = resolve(import.meta.dirname, "../..");
const oxlint = join(root, "node_modules/.bin/oxlint");

describe("a dependency that points the wrong way fails the lint", () => {
  const folder = mkdtempSync(join(tmpdir(), "layers-"));
  copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  after(() => rmSync(folder, { recursive: true }));

  const lint = (file: string, imports: string): string => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import * as other from "${imports}";\n\nexport const planted = other;\n`);
    const { stdout } = spawnSync(oxlint, [file], { cwd: folder, encoding: "utf8" });
    rmSync(path);
    return stdout;
  };

  for (const [file, imports] of planted) {
    it(`${file} imports ${imports}`, () =>
      assert.match(lint(file, imports), /no-restricted-imports/));
  }

  it("and one that points the right way passes", () => {
    assert.doesNotMatch(
      lint("shared/runner/planted.ts", "../batches/model.ts"),
      /no-restricted-imports/,
    );
    assert.doesNotMatch(
      lint("functions/planted.ts", "../shared/compose.ts"),
      /no-restricted-imports/,
    );
    assert.doesNotMatch(
      lint("shared/graph/planted.ts", "../core/errors.ts"),
      /no-restricted-imports/,
    );
  });
});
