import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { completionScript } from "../../shared/command/completion/completion.ts";
import { type Shell, shells } from "../../shared/command/completion/shells.ts";
import { createProgram } from "../../shared/command/program/program.ts";

const program = createProgram(() => {
  throw new Error("no verb is run here");
});
const verbs = program.commands.map((verb) => verb.name());

describe("the completion of the command", () => {
  const folder = mkdtempSync(join(tmpdir(), "completion-"));
  after(() => rmSync(folder, { recursive: true }));

  /** What bash offers for the last word. */
  const inBash = (...words: readonly string[]): string[] => {
    const script = `${completionScript("bash", program)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1))
_batch; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" })
      .split("\n")
      .filter((line) => line !== "");
  };

  it("offers every verb in bash, and of a verb its options, their values and files", () => {
    assert.deepEqual(inBash("batch", ""), [...verbs, "help"]);
    assert.deepEqual(inBash("batch", "re"), ["report", "reject", "resume", "rerun", "recipes"]);
    assert.deepEqual(inBash("batch", "show", "--r"), ["--rows"]);
    assert.deepEqual(inBash("batch", "list", "--output", "t"), ["table", "tsv"]);
    assert.deepEqual(inBash("batch", "template", "user.dis"), ["user.disable"]);
    assert.deepEqual(inBash("batch", "submit", "--operation", "group.remove-m"), [
      "group.remove-member",
    ]);
    assert.deepEqual(inBash("batch", "completion", "z"), ["zsh"]);
    writeFileSync(join(folder, "leavers.csv"), "");
    assert.deepEqual(inBash("batch", "submit", "lea"), ["leavers.csv"]);
  });

  const words: Record<Shell, (verb: string, option: string) => readonly string[]> = {
    bash: (verb, option) => [`    ${verb})\n`, option],
    zsh: (verb, option) => [`    '${verb}:`, `    ${verb})\n`, `'${option}[`],
    powershell: (verb, option) => [`    '${verb}' = @{\n`, `'${option}'`],
  };
  for (const shell of shells) {
    it(`has every verb and every option in ${shell}`, () => {
      const script = completionScript(shell, program);
      for (const verb of program.commands) {
        for (const { long } of verb.options) {
          for (const each of words[shell](verb.name(), long ?? "")) {
            assert.ok(script.includes(each), `${verb.name()}: ${each}`);
          }
        }
      }
    });
  }

  for (const [shell, program_, ...check] of [
    ["zsh", "zsh", "-n"],
    ["powershell", "pwsh", "-NoProfile", "-File"],
  ] as const) {
    const isThere = spawnSync(program_, ["--version"]).status === 0;
    it(`is read by ${program_}${isThere ? "" : " (left out: it is not installed)"}`, () => {
      if (!isThere) return;
      const file = join(folder, shell === "zsh" ? "_batch" : "batch.ps1");
      writeFileSync(file, completionScript(shell, program));
      execFileSync(program_, [...check, file]);
    });
  }
});
