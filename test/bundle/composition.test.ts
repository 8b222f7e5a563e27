import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { build, type Metafile } from "esbuild";

import { composition, faults, operationParts, ownParts } from "../../scripts/bundle-composition.ts";
import { operationReport, sizeReport } from "../../scripts/bundle-size.ts";
import { bundle, root } from "../../scripts/bundle.ts";
import { changeLibrary } from "../../scripts/functions-library.ts";
import { leaveOutNeverRun, neverRun } from "../../scripts/never-run.ts";
import { catalogue } from "../../shared/operations/list.ts";

const metafile = (inputs: Record<string, number>): Metafile => ({
  inputs: {},
  outputs: {
    "dist/index.cjs": {
      bytes: 0,
      imports: [],
      exports: [],
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }]),
      ),
    },
  },
});

const at = (path: string) => ({ path, kind: "import-statement" as const });
const importing = (...paths: string[]) => ({ bytes: 0, imports: paths.map(at) });

describe("what a bundle is made of", () => {
  it("is summed by package, scopes and nested copies included, ours apart", () => {
    const parts = composition(
      metafile({
        "shared/a.ts": 10,
        "functions/index.ts": 5,
        "node_modules/ms/index.js": 20,
        "node_modules/@azure/msal-node/lib/a.mjs": 100,
        "node_modules/@azure/identity/node_modules/@azure/msal-node/lib/a.mjs": 300,
        "node_modules/unused/index.js": 0,
      }),
    );
    assert.deepEqual(parts, [
      {
        name: "@azure/msal-node",
        copies: [
          "node_modules/@azure/identity/node_modules/@azure/msal-node",
          "node_modules/@azure/msal-node",
        ],
        bytes: 400,
      },
      { name: "ms", copies: ["node_modules/ms"], bytes: 20 },
      { name: undefined, copies: [""], bytes: 15 },
    ]);
  });

  it("tells our own code by folder", () => {
    const inputs = { "shared/a.ts": 1, "shared/graph/a.ts": 2, "shared/graph/b.ts": 3 };
    assert.deepEqual(
      ownParts(metafile({ ...inputs, "functions/index.ts": 4, "node_modules/ms/index.js": 9 })),
      [
        { name: "shared/graph", bytes: 5 },
        { name: "functions", bytes: 4 },
        { name: "shared", bytes: 1 },
      ],
    );
  });

  it("tells what only an operation brings: neither what others import too, nor what is left out", () => {
    const list = "shared/operations/list.ts";
    const [one, two] = ["shared/operations/a/one.ts", "shared/operations/b/two.ts"];
    const made = metafile({
      "functions/index.ts": 1,
      [list]: 2,
      [one]: 10,
      [two]: 20,
      "a.ts": 4,
      "b.ts": 8,
    });
    const [output] = Object.values(made.outputs);
    const parts = operationParts({
      inputs: {
        "functions/index.ts": importing(list),
        [list]: importing(one, two),
        [one]: importing("a.ts", "b.ts", "types-only.ts"),
        [two]: importing("b.ts", one),
        "a.ts": importing(),
        "b.ts": importing(),
      },
      outputs: { "dist/index.cjs": { ...output!, entryPoint: "functions/index.ts" } },
    });
    assert.deepEqual(parts, [
      { file: two, bytes: 20 },
      { file: one, bytes: 0 },
    ]);
    const [first] = operationParts({
      inputs: { [list]: importing(one), [one]: importing("a.ts") },
      outputs: {
        "dist/index.cjs": {
          ...output!,
          entryPoint: list,
          inputs: {
            [one]: { bytesInOutput: 3 },
            "a.ts": { bytesInOutput: 4 },
            [list]: { bytesInOutput: 5 },
          },
        },
      },
    });
    assert.deepEqual(first, { file: one, bytes: 7 });
  });

  const wrong = [
    {
      when: "MSAL is in it twice",
      inputs: {
        "node_modules/@azure/msal-common/a.js": 1,
        "node_modules/@azure/identity/node_modules/@azure/msal-common/a.js": 1,
      },
      says: /2 copies of @azure\/msal-common: .*identity/,
    },
    {
      when: "apache-arrow is in it",
      inputs: { "node_modules/apache-arrow/a.js": 1 },
      says: /apache-arrow must not be in/,
    },
  ];
  for (const { when, inputs, says } of wrong)
    it(`is refused when ${when}`, () =>
      assert.match(faults(composition(metafile(inputs))).join(), says));

  it("is refused when it is over its limit", () => {
    const parts = composition(metafile({ "shared/a.ts": 11, "node_modules/ms/index.js": 9 }));
    const { broken, lines } = sizeReport(parts, 21, 20);
    assert.equal(broken.length, 1);
    assert.match(broken.join(), /bundle is 21 bytes/);
    assert.equal(lines.length, 3);
    assert.deepEqual(sizeReport(parts, 20, 20).broken, []);
  });
});

describe("the changed Functions library", () => {
  it("fails the build if the library is not the one that was changed", () =>
    assert.throws(() => changeLibrary("another version"), /has changed: look again/));
});

describe("packages that never run", () => {
  for (const { package: name } of neverRun)
    it(`${name} is bundled, and the bundle refused, if our own code imports it`, async () => {
      const made = await build({
        stdin: { contents: `export { default } from "${name}"`, resolveDir: root },
        bundle: true,
        platform: "node",
        format: "cjs",
        metafile: true,
        write: false,
        plugins: [leaveOutNeverRun],
      });
      const wrong = faults(composition(made.metafile));
      assert.deepEqual(wrong, [`${name} must not be in the bundle.`]);
    });
});

describe("what is deployed", () => {
  it("is within its limits, without duplicates or code that never runs", async () => {
    const made = await bundle("functions/index.ts");
    const { broken } = sizeReport(composition(made.metafile), made.code.byteLength);
    assert.deepEqual(broken, []);
    assert.deepEqual(operationReport(made.metafile).broken, []);
    const operations = operationParts(made.metafile);
    assert.equal(operations.length, Object.keys(catalogue).length);
  });

  it("takes little memory: a byte a character, and a source map without an entry for each word", async () => {
    const { code, map } = await bundle("functions/index.ts");
    // A single other character makes V8 keep the whole text in two bytes a character.
    assert.ok(code.every((byte) => byte < 128));
    const { mappings } = JSON.parse(new TextDecoder().decode(map)) as { mappings: string };
    const entries = mappings.split(/[,;]/).length;
    assert.ok(entries < 100_000, `${entries} entries`);
  });

  it("has nothing of the operator's command", async () => {
    const { metafile: made } = await bundle("functions/index.ts");
    const paths = Object.keys(made.inputs);
    assert.ok(paths.length > 300);
    const strange = paths.filter((path) =>
      /^shared\/command\/|^shared\/storage\/operator\.ts|node_modules\/(commander|hucre)\//.test(
        path,
      ),
    );
    assert.deepEqual(strange, []);
  });
});
