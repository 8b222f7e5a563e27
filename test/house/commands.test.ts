import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { columnOf, pages, proseOf, read, root } from "./pages.ts";

const { scripts, dependencies, devDependencies } = JSON.parse(read("package.json")) as Readonly<
  Record<"scripts" | "dependencies" | "devDependencies", Readonly<Record<string, string>>>
>;
/** npm's own. */
const builtIn = ["ci"];

/** The file that an npm script runs, if it is one of ours. */
const fileOf = (script: string): string | undefined =>
  /node ([\w./-]+\.ts)/.exec(scripts[script] ?? "")?.[1];

/** Every call of an npm script in the pages: page, script, and the arguments after `--`. */
const calls = pages.flatMap((page) =>
  [
    ...read(page).matchAll(
      /\bnpm (?:run )?((?<=run )[a-z][a-z:-]*|ci|start|test)\b(?: -- ([^\n`#]*))?/g,
    ),
  ].map(([, script = "", words = ""]) => ({ page, script, words })),
);

const flagsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, flag = ""]) => flag)),
];

/** Whether a source knows a flag: by its name, or without the `no-` that parseArgs takes away. */
const knows = (source: string, flag: string): boolean =>
  [flag, flag.replace(/^no-/, "")].some(
    (name) => source.includes(`--${name}`) || new RegExp(`\\b${name}: \\{ type:`).test(source),
  );

/** The methods, or keys, of an interface. */
const commandsOf = (source: string, type: string): string[] => {
  const body = new RegExp(`interface ${type}\\b[^{]*\\{([^]*?)\\n\\}`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {2}([a-zA-Z]+)(?:<[^>]*>)?[(:]/gm)].map(([, name = ""]) => name);
};

describe("a command or package in the documentation", () => {
  it("is a script of package.json, or npm's own", () => {
    assert.ok(calls.length > 30);
    const strange = calls
      .filter(({ script }) => !Object.hasOwn(scripts, script) && !builtIn.includes(script))
      .map(({ page, script }) => `${page}: npm ${script}`);
    assert.deepEqual(strange, []);
  });

  it("has every script of package.json in README.md", () => {
    const table = read("README.md");
    for (const script of Object.keys(scripts)) {
      const isSaid = calls.some((call) => call.page === "README.md" && call.script === script);
      assert.ok(isSaid || table.includes(`\`${script}\``), script);
    }
  });

  it("lists every dependency, with its reason and whether it is deployed", () => {
    const isDeployed = columnOf("README.md", "package", 2);
    const said = columnOf("README.md", "package").flatMap((names, at) =>
      names.split(", ").map((name) => `${name} ${isDeployed[at]}`),
    );
    const written = [
      ...Object.keys(dependencies).map((name) => `${name} yes`),
      ...Object.keys(devDependencies).map((name) => `${name} no`),
    ];
    assert.deepEqual(new Set(said), new Set(written));
  });

  it("gives npm scripts only flags that they take", () => {
    const shared = read("test/bench/show.ts");
    // The operator's command has a parser, and batch-commands.test.ts asks it.
    const others = calls.filter(({ script }) => script !== "batch");
    const strange = others.flatMap(({ page, script, words }) => {
      const file = fileOf(script);
      const source = file === undefined ? "" : read(file) + (/bench/.test(file) ? shared : "");
      return flagsIn(words)
        .filter((flag) => !knows(source, flag))
        .map((flag) => `${page}: npm run ${script} -- --${flag}`);
    });
    assert.deepEqual(strange, []);
  });

  it("or in an error's fix gives the scripts of infra/ only flags that they take", () => {
    let seen = 0;
    const texts = [...pages, ...globSync("shared/**/*.ts", { cwd: root })];
    const strange = texts.flatMap((page) =>
      [...read(page).matchAll(/infra\/([a-z-]+\.sh)((?:\s+(?!infra\/)[^\s`;|,.)]+)*)/g)].flatMap(
        ([, script = "", words = ""]) => {
          seen += 1;
          if (!existsSync(join(root, "infra", script))) return [`${page}: infra/${script}`];
          const taken = read(`infra/${script}`);
          return flagsIn(words.split(/\n\n/, 1)[0] ?? "")
            .filter((flag) => !taken.includes(`--${flag})`))
            .map((flag) => `${page}: infra/${script} --${flag}`);
        },
      ),
    );
    assert.ok(seen > 10);
    assert.deepEqual(strange, []);
  });

  it("starts the local cloud with the flags that it has, all of them", () => {
    const usage = /const usage = `([^`]*)`/.exec(read("test/cloud/main.ts"))?.[1] ?? "";
    const said = flagsIn(columnOf("docs/local-cloud.md", "flag").join(" "));
    assert.deepEqual(said.toSorted(), [...flagsIn(usage), "help"].toSorted());
  });

  it("names every command of the local cloud", () => {
    const known = [
      ...commandsOf(read("test/cloud/cloud-control.ts"), "CloudControl"),
      ...commandsOf(read("test/cloud/graph/app/control.ts"), "Commands"),
    ];
    assert.ok(known.length > 40);
    const page = proseOf("docs/local-cloud.md");
    assert.deepEqual(
      known.filter((name) => !page.includes(`\`${name}\``)),
      [],
    );
  });
});
