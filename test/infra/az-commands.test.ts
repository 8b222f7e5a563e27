import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { azCommandsIn, problemsOf } from "../../infra/check/az-commands.ts";

const root = join(import.meta.dirname, "../..");

const help = `
Command
    az functionapp stop : Stops a function app.

Arguments
    --ids               : One or more resource IDs (space-delimited).
    --name -n           : Name of the function app.
    --resource-group -g : Name of resource group.

Global Arguments
    --help -h           : Show this help message and exit.
`;

describe("az commands", () => {
  it("are found in code spans, over lines, in scripts and in their messages", () => {
    const page = [
      "Stop it: `az functionapp stop --resource-group G\n--name A`, and az is not on PATH.",
      "```sh",
      'az storage blob list     -c runner --query "[?x | y].name" \\',
      "  --output tsv | sort --reverse",
      "```",
      "every `az storage` line",
    ].join("\n");
    assert.deepEqual(
      azCommandsIn("page.md", page).map(({ words, options }) => [words.join(" "), ...options]),
      [
        ["functionapp stop", "--resource-group", "--name"],
        ["storage blob list", "-c", "--query", "--output"],
      ],
    );
    const script =
      'x=$(az group exists --name "$g --not") || fail "No." "az lock delete --ids <id>, then more"';
    assert.deepEqual(
      azCommandsIn("x.sh", script).map(({ words, options }) => [words.join(" "), ...options]),
      [
        ["group exists", "--name"],
        ["lock delete", "--ids"],
      ],
    );
  });

  it("are compared with the help, which finds a misspelled option or command", () => {
    const [good, bad] = azCommandsIn(
      "page.md",
      "`az functionapp stop -g G -n A --output none`, `az functionapp stop --resource-gruop G`",
    );
    assert.deepEqual(good && problemsOf(good, help), []);
    assert.deepEqual(bad && problemsOf(bad, help), [
      "page.md: az functionapp stop takes no --resource-gruop",
    ]);
    assert.deepEqual(good && problemsOf(good, "Group\n    az functionapp"), [
      "page.md: az functionapp stop is no command",
    ]);
  });

  it("are many on the pages and in the scripts, so that the check has something to check", () => {
    const found = azCommandsIn(
      "docs/runbook.md",
      readFileSync(join(root, "docs/runbook.md"), "utf8"),
    );
    const texts = found.map(({ words }) => words.join(" "));
    for (const each of [
      "functionapp stop",
      "storage blob undelete",
      "functionapp config appsettings set",
    ])
      assert.ok(texts.includes(each), each);
  });

  it("are not checked without an Azure CLI, and the script says so", (test) => {
    const nothing = mkdtempSync(join(tmpdir(), "path-"));
    test.after(() => rmSync(nothing, { recursive: true, force: true }));
    const { status, stdout } = spawnSync(process.execPath, [join(root, "infra/check-az.ts")], {
      encoding: "utf8",
      env: { ...process.env, PATH: nothing },
    });
    assert.equal(status, 0);
    assert.match(stdout, /left out: the Azure CLI \(az\) is not on PATH/);
  });
});
