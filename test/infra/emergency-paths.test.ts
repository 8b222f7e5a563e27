import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const docs = join(import.meta.dirname, "../../docs");
const read = (page: string): string => readFileSync(join(docs, page), "utf8");

/** Commands that change something that is there: `az functionapp stop`, `az rest --method DELETE`. */
function changesIn(page: string): string[] {
  const commands = [
    ...read(page)
      .replaceAll(/\s+/g, " ")
      .matchAll(/\baz ((?:[a-z][a-z-]* )*)(?:--method (\w+))?/g),
  ].map(
    ([, words = "", method]) =>
      `az ${words.trim()}${method === undefined ? "" : ` --method ${method}`}`,
  );
  return commands.filter((each) =>
    / (?:stop|set|set-attributes|delete|update|break|acquire)$|--method (?:DELETE|PATCH)$/.test(
      each,
    ),
  );
}

const [, table = ""] =
  /## What a deployment keeps and what it sets back\n([^]*?)\n## /.exec(read("deploy.md")) ?? [];
const walked = new Set(
  [...table.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(az [^`]+)`/g)].map(([, command = ""]) => command),
  ),
);

describe("every change that docs tell an operator to make by hand", () => {
  for (const page of readdirSync(docs).filter((each) => each.endsWith(".md"))) {
    for (const command of new Set(changesIn(page))) {
      it(`${command} (${page}) is on the list of what a deployment keeps or sets back`, () => {
        assert.ok(walked.has(command), command);
      });
    }
  }

  it("was found at all", () => {
    assert.ok(changesIn("runbook.md").includes("az functionapp stop"));
    assert.ok(changesIn("rotation.md").includes("az ad app credential delete"));
    assert.ok(changesIn("permissions.md").includes("az rest --method DELETE"));
  });
});
