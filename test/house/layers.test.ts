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
  ["shared/core/planted.ts", "../records/manifest.ts"],
  ["shared/core/planted.ts", "../../test/cloud/start-cloud.ts"],
  ["shared/catalogue/planted.ts", "../runner/slice/run.ts"],
  ["shared/catalogue/planted.ts", "../operations/user/update.ts"],
  ["shared/operations/user/planted.ts", "../../storage/storage.ts"],
  ["shared/operations/user/planted.ts", "node:crypto"],
  ["shared/guards/planted.ts", "../batches/ports.ts"],
  ["shared/guards/planted.ts", "../runner/ports.ts"],
  ["shared/guards/planted.ts", "@azure/storage-blob"],
  ["shared/records/planted.ts", "../batches/ports.ts"],
  ["shared/records/planted.ts", "../runner/ports.ts"],
  ["shared/records/planted.ts", "../guards/guards.ts"],
  ["shared/records/planted.ts", "../seal/seal.ts"],
  ["shared/seal/planted.ts", "../batches/ports.ts"],
  ["shared/seal/planted.ts", "@azure/storage-blob"],
  ["shared/graph/planted.ts", "../identity/identity.ts"],
  ["shared/graph/planted.ts", "../catalogue/operation.ts"],
  ["shared/graph/pacing/planted.ts", "../transport.ts"],
  ["shared/identity/planted.ts", "../storage/storage.ts"],
  ["shared/identity/token/planted.ts", "../identity.ts"],
  ["shared/identity/token/planted.ts", "../slot/token-slot.ts"],
  ["shared/identity/slot/planted.ts", "../identity.ts"],
  ["shared/identity/certificate/planted.ts", "../token/scope.ts"],
  ["shared/identity/certificate/planted.ts", "../open-credential.ts"],
  ["shared/identity/proof/planted.ts", "../token/scope.ts"],
  ["shared/identity/pkcs12/planted.ts", "../certificate/certificate.ts"],
  ["shared/storage/planted.ts", "../graph/graph.ts"],
  ["shared/storage/planted.ts", "../records/manifest.ts"],
  ["shared/batches/planted.ts", "../runner/slice/run.ts"],
  ["shared/batches/planted.ts", "@azure/storage-blob"],
  ["shared/batches/planted.ts", "../operations/list.ts"],
  ["shared/batches/message/planted.ts", "../accept/accept.ts"],
  ["shared/batches/input/planted.ts", "../accept/accept.ts"],
  ["shared/batches/input/planted.ts", "../plan/plan.ts"],
  ["shared/batches/formats/planted.ts", "../input/check-input.ts"],
  ["shared/batches/mapping/planted.ts", "../input/compile-row.ts"],
  ["shared/batches/mapping/planted.ts", "../formats/csv.ts"],
  ["shared/batches/recipes/planted.ts", "../input/columns.ts"],
  ["shared/batches/recipes/planted.ts", "../ports.ts"],
  ["shared/batches/plan/planted.ts", "../report/report.ts"],
  ["shared/batches/plan/planted.ts", "../expand/expand.ts"],
  ["shared/batches/input/planted.ts", "../expand/expand.ts"],
  ["shared/batches/expand/planted.ts", "../accept/accept.ts"],
  ["shared/batches/expand/planted.ts", "../report/report.ts"],
  ["shared/batches/report/planted.ts", "../accept/accept.ts"],
  ["shared/batches/report/planted.ts", "../folder/refuse.ts"],
  ["shared/batches/held/planted.ts", "../report/finish.ts"],
  ["shared/batches/ledger/planted.ts", "../accept/admit.ts"],
  ["shared/batches/refusals/planted.ts", "../report/finish.ts"],
  ["shared/batches/protection/planted.ts", "../plan/plan.ts"],
  ["shared/batches/sources/planted.ts", "../report/finish.ts"],
  ["shared/batches/ledger/planted.ts", "../report/finish.ts"],
  ["shared/batches/folder/planted.ts", "../accept/accept.ts"],
  ["shared/batches/folder/planted.ts", "../plan/plan.ts"],
  ["shared/batches/folder/planted.ts", "../undo/job.ts"],
  ["shared/batches/input/planted.ts", "../undo/job.ts"],
  ["shared/batches/decisions/planted.ts", "../accept/accept.ts"],
  ["shared/batches/decisions/planted.ts", "../plan/plan.ts"],
  ["shared/batches/folder/planted.ts", "../decisions/decide.ts"],
  ["shared/batches/report/planted.ts", "../decisions/decide.ts"],
  ["shared/batches/plan/planted.ts", "../decisions/decide.ts"],
  ["shared/batches/undo/planted.ts", "../accept/accept.ts"],
  ["shared/batches/undo/planted.ts", "../plan/plan.ts"],
  ["shared/batches/undo/planted.ts", "../decisions/decide.ts"],
  ["shared/runner/planted.ts", "../identity/identity.ts"],
  ["shared/runner/planted.ts", "../batches/ports.ts"],
  ["shared/runner/planted.ts", "../operations/list.ts"],
  ["shared/runner/journal/planted.ts", "../batch/shard.ts"],
  ["shared/runner/journal/planted.ts", "../schedule/schedule.ts"],
  ["shared/runner/schedule/planted.ts", "../batch/shard.ts"],
  ["shared/runner/schedule/planted.ts", "../../records/journal.ts"],
  ["shared/runner/watch/planted.ts", "../batch/shard.ts"],
  ["shared/runner/watch/planted.ts", "../../storage/types.ts"],
  ["shared/runner/batch/planted.ts", "../work/workload.ts"],
  ["shared/runner/work/planted.ts", "../sending/post.ts"],
  ["shared/runner/sending/planted.ts", "../slice/slice.ts"],
  ["shared/runner/sending/planted.ts", "../work/workload.ts"],
  ["shared/policies/planted.ts", "../runner/slice/run.ts"],
  ["shared/policies/planted.ts", "../batches/ports.ts"],
  ["shared/policies/roll-certificate/planted.ts", "../check-certificate/certificate-check.ts"],
  ["shared/app/planted.ts", "../../functions/index.ts"],
  ["shared/app/flows/planted.ts", "../settings.ts"],
  ["shared/app/flows/planted.ts", "@azure/storage-queue"],
  ["shared/app/planted.ts", "../command/main.ts"],
  ["shared/storage/planted.ts", "../command/main.ts"],
  ["shared/command/verbs/planted.ts", "../../app/compose.ts"],
  ["shared/command/verbs/planted.ts", "../../graph/graph.ts"],
  ["shared/command/verbs/planted.ts", "../../operations/list.ts"],
  ["shared/command/verbs/planted.ts", "../../batches/accept/accept.ts"],
  ["shared/command/verbs/planted.ts", "@azure/storage-blob"],
  ["shared/command/account/planted.ts", "../verbs/list.ts"],
  ["shared/command/account/planted.ts", "../../identity/identity.ts"],
  ["functions/planted.ts", "../shared/command/main.ts"],
  ["functions/planted.ts", "../shared/graph/graph.ts"],
  ["functions/planted.ts", "../shared/app/settings.ts"],
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
      lint("shared/runner/planted.ts", "../records/manifest.ts"),
      /no-restricted-imports/,
    );
    assert.doesNotMatch(
      lint("functions/planted.ts", "../shared/app/compose.ts"),
      /no-restricted-imports/,
    );
    assert.doesNotMatch(
      lint("shared/command/batch/planted.ts", "../../batches/report/report-rows.ts"),
      /no-restricted-imports/,
    );
    assert.doesNotMatch(
      lint("shared/graph/planted.ts", "../core/errors.ts"),
      /no-restricted-imports/,
    );
  });
});
