import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { composition } from "../../scripts/bundle-composition.ts";
import { bundle, root } from "../../scripts/bundle.ts";
import { billOfMaterials, componentsOf } from "../../scripts/sbom.ts";

const { code, metafile } = await bundle("functions/index.ts");
const parts = composition(metafile);
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

describe("the bundle's bill of materials", () => {
  it("names every package of the bundle, with the hash that the lock file pins", () => {
    const components = componentsOf(parts, lock);
    const packages = parts.flatMap(({ name }) => (name === undefined ? [] : [name]));
    assert.deepEqual(new Set(components.map(({ name }) => name)), new Set(packages));
    const [one] = components.filter(({ name }) => name === "valibot");
    assert.equal(one?.purl, `pkg:npm/valibot@${one?.version}`);
    assert.match(one?.hashes[0]?.content ?? "", /^[0-9a-f]{128}$/);
    assert.deepEqual(one?.licenses, [{ expression: "MIT" }]);
  });

  it("names no package that only builds or tests", () => {
    const names = componentsOf(parts, lock).map(({ name }) => name);
    for (const each of ["esbuild", "azurite", "openid-client"])
      assert.ok(!names.includes(each), each);
  });

  it("is the same twice, and names the bundle by its hash", () => {
    const [one, two] = [1, 2].map(() =>
      JSON.stringify(billOfMaterials(code, componentsOf(parts, lock))),
    );
    assert.equal(one, two);
    assert.match(one ?? "", /"alg":"SHA-256","content":"[0-9a-f]{64}"/);
  });

  it("refuses a package that the lock file does not pin", () => {
    assert.throws(() => componentsOf(parts, { packages: {} }), /pins no node_modules/);
  });
});
