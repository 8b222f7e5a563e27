import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { AzureState } from "./azure-state.ts";
import { createRecordedAzure, functionNames } from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg"];
const id = "0b0e5c0e-1111-4222-a333-444455556666";
const deployed = (): Partial<AzureState> => ({
  groups: { rg: "dev" },
  deployed: ["directory-batch-dev"],
  certificates: ["graph-client"],
  settings: { "AzureWebJobs.sweep.Disabled": "true" },
  customRoles: ["role-1"],
});

/** Every script, each with all it asks of Azure. */
const runs: readonly {
  readonly what: string;
  readonly script: string;
  readonly options: readonly string[];
  readonly state?: () => Partial<AzureState>;
}[] = [
  {
    what: "deploy.sh in a new group",
    script: "deploy.sh",
    options: [...where, "--location", "westeurope"],
  },
  {
    what: "deploy.sh by a pipeline, after a teardown",
    script: "deploy.sh",
    options: [...where, "--location", "westeurope", "--deleted", "recover"],
    state: () => ({
      userType: "servicePrincipal",
      deletedVaults: ["kv-dev-abc"],
      deletedApplications: [["app-object", "client-0"]],
      deletedPrincipals: ["sp-object"],
    }),
  },
  { what: "deploy.sh again", script: "deploy.sh", options: where, state: deployed },
  {
    what: "deploy.sh --what-if",
    script: "deploy.sh",
    options: [...where, "--what-if"],
    state: deployed,
  },
  { what: "publish.sh", script: "publish.sh", options: where, state: deployed },
  { what: "print-consent.sh", script: "print-consent.sh", options: where, state: deployed },
  {
    what: "teardown.sh",
    script: "teardown.sh",
    options: [...where, "--yes", "dev"],
    state: deployed,
  },
  {
    what: "teardown.sh without a group",
    script: "teardown.sh",
    options: [...where, "--yes", "dev"],
  },
  {
    what: "assign-admin-unit-role.sh",
    script: "assign-admin-unit-role.sh",
    options: ["--service-principal", id, "--admin-unit", id, "--role", "User Administrator"],
  },
];

const admits = /cannot be (?:seen|read|listed|told)|could not be|is not here to read/;

/** A bundle to publish, for the script that does. */
function bundleIn(folder: string): string[] {
  const dist = join(folder, "dist");
  mkdirSync(dist);
  const lines = functionNames.map((name) => `core.registerFunction({ name: "${name}" });`);
  const code = ['const core = require("@azure/functions-core");', ...lines].join("\n");
  writeFileSync(join(dist, "host.json"), "{}");
  writeFileSync(join(dist, "package.json"), '{ "main": "index.cjs" }');
  writeFileSync(join(dist, "index.cjs"), code);
  return ["--dist", dist];
}

for (const { what, script, options, state } of runs) {
  describe(`${what}: a call that is refused`, () => {
    it("ends the script or is reported, whichever call it is", async (test) => {
      const go = async (refusedCall: number | undefined) => {
        const azure = await createRecordedAzure(test, { ...state?.(), refusedCall });
        const bundle = script === "publish.sh" ? bundleIn(azure.folder) : [];
        return await azure.run(script, ...options, ...bundle);
      };
      const whole = await go(undefined);
      const expected = what === "teardown.sh without a group" ? 1 : 0;
      assert.equal(whole.status, expected, whole.said);
      assert.ok(whole.calls.length > 1);
      await Promise.all(
        whole.calls.map(async (call, i) => {
          const run = await go(i);
          const again = run.calls.slice(i + 1).includes(call);
          assert.ok(
            run.status !== 0 || admits.test(run.said) || again,
            `${call} was refused, and nobody was told:\n${run.said}`,
          );
          const changes = run.calls.slice(i + 1).filter((each) => /\bdelete\b/.test(each));
          if (script === "teardown.sh") assert.deepEqual(changes, [], `after ${call} was refused`);
        }),
      );
    });
  });
}
