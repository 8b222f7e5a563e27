import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { describe, it } from "node:test";

import { createProgram } from "../../shared/command/program/program.ts";
import { pages, read, root } from "./pages.ts";

/** Calls of the operator's command in a text; words in the pages stand for themselves. */
const callsIn = (text: string): string[] =>
  [...text.matchAll(/(?:npm run (?:--silent )?batch --|npx batch) +([a-z][^\n`|#;)]*)/g)].map(
    ([, words = ""]) =>
      words
        .replace(/ > .*$/, "")
        .trim()
        .replace(/[.,:]$/, ""),
  );

/** Whether the parser takes it: it then asks for what the verb works with. */
async function isTaken(words: string): Promise<boolean> {
  let isParsed = false;
  const program = createProgram(() => {
    isParsed = true;
    throw new Error("parsed");
  });
  program.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  for (const verb of program.commands) verb.configureOutput(program.configureOutput());
  const args = words.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  if (args[0] === "help") return true;
  await program.parseAsync(args, { from: "user" }).catch(() => undefined);
  return isParsed;
}

describe("the operator's command, as pages and errors write it", () => {
  const texts = [...pages, ...globSync("shared/**/*.ts", { cwd: root })];
  const calls = texts.flatMap((path) => callsIn(read(path)).map((words) => ({ path, words })));

  it("is taken by its parser, with every option", async () => {
    assert.ok(calls.length > 4);
    const strange: string[] = [];
    for (const { path, words } of calls) {
      const typed = words.replaceAll(/\$\{[^}]*\}|<[^>]*>/g, "sha256:0").replaceAll("ROW", "4");
      if (!(await isTaken(typed))) strange.push(`${path}: batch ${words}`);
    }
    assert.deepEqual(strange, []);
  });

  it("and a call that it does not take is found", async () => {
    assert.deepEqual(callsIn("Run `npm run batch -- shwo X --rows 4`."), ["shwo X --rows 4"]);
    assert.equal(await isTaken("shwo X"), false);
    assert.equal(await isTaken("show X --rwos 4"), false);
    assert.equal(await isTaken("show X --rows 4"), true);
  });
});
