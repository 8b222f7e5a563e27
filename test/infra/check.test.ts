import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";

const root = join(import.meta.dirname, "../..");

/** A folder for PATH with one program that is said to be the compiler. */
function compilerThatSays(test: Pick<TestContext, "after">, complaint: string): string {
  const folder = mkdtempSync(join(tmpdir(), "bicep-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "bicep");
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$1" in --version) exit 0 ;; esac\necho "$@" >>"${folder}/calls"\nprintf '%s' "${complaint}" >&2\n`,
  );
  chmodSync(path, 0o755);
  return folder;
}

const check = (path: string) =>
  spawnSync(process.execPath, [join(root, "infra/check.ts")], {
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });

describe("check:infra", () => {
  it("says what was left out if there is no compiler", (test) => {
    const nothing = mkdtempSync(join(tmpdir(), "path-"));
    test.after(() => rmSync(nothing, { recursive: true, force: true }));
    const { status, stdout, stderr } = check(nothing);
    assert.equal(status, 0, stdout + stderr);
    assert.match(
      stdout,
      /left out the Bicep compiler has nothing to say: neither bicep nor az bicep is on PATH/,
    );
  });

  it("builds and lints with the compiler that is on PATH", (test) => {
    const { status, stdout } = check(compilerThatSays(test, ""));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^ok +the Bicep compiler has nothing to say \(bicep\)$/m);
  });

  it("ignores the news of a new Bicep release", (test) => {
    const news =
      "WARNING: A new Bicep release is available: v0.40.2. Upgrade now by running az bicep upgrade.";
    const { status, stdout } = check(compilerThatSays(test, news));
    assert.equal(status, 0, stdout);
  });

  it("fails on a warning of the compiler, because a wrong property is only a warning in Bicep", (test) => {
    const warning = "main.bicep(3,1) : Warning BCP037: The property x is not allowed";
    const { status, stdout } = check(compilerThatSays(test, warning));
    assert.equal(status, 1);
    assert.ok(stdout.includes(warning));
  });
});
