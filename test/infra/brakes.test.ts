import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { AzureState } from "./azure-state.ts";
import { createRecordedAzure } from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg"];
const running = (change: Partial<AzureState> = {}): Partial<AzureState> => ({
  groups: { rg: "dev" },
  deployed: ["directory-batch-dev"],
  certificates: ["graph-client"],
  settings: { MAX_DELETES_PER_BATCH: "10" },
  ...change,
});

describe("deploy.sh leaves stopped what an operator stopped", () => {
  for (const name of ["AzureWebJobs.runTenant.Disabled", "AzureWebJobs_runTenant_Disabled"]) {
    it(`one function, by ${name}`, async (test) => {
      const azure = await createRecordedAzure(test, running({ settings: { [name]: "true" } }));
      const run = await azure.run("deploy.sh", ...where);
      assert.equal(run.status, 0, run.said);
      assert.equal(azure.state.settings["AzureWebJobs.runTenant.Disabled"], "true");
      assert.match(run.said, /Still disabled by an operator: runTenant\./);
    });
  }

  it("two functions, and none that was enabled again", async (test) => {
    const azure = await createRecordedAzure(
      test,
      running({
        settings: {
          "AzureWebJobs.sweep.Disabled": "1",
          "AzureWebJobs.runTenant.Disabled": "true",
          "AzureWebJobs.staleAccounts.Disabled": "false",
        },
      }),
    );
    assert.equal((await azure.run("deploy.sh", ...where)).status, 0);
    assert.deepEqual(
      Object.keys(azure.state.settings).filter((each) => each.endsWith("Disabled")),
      ["AzureWebJobs.runTenant.Disabled", "AzureWebJobs.sweep.Disabled"],
    );
  });

  it("the app, also if the deployment fails", async (test) => {
    const failing = { "deployment group create": ["(InvalidTemplate) No."] };
    for (const failures of [{}, failing]) {
      const azure = await createRecordedAzure(test, running({ appState: "Stopped", failures }));
      const run = await azure.run("deploy.sh", ...where);
      assert.equal(run.status, failures === failing ? 1 : 0, run.said);
      assert.equal(azure.state.appState, "Stopped");
      assert.ok(run.calls.some((each) => each.startsWith("functionapp stop")));
    }
  });

  it("the service principal, and says so", async (test) => {
    const azure = await createRecordedAzure(test, running({ principalEnabled: false }));
    const run = await azure.run("deploy.sh", ...where, "--register-key");
    assert.equal(run.status, 0, run.said);
    assert.match(
      run.said,
      /Still disabled by an operator: the service principal\. az ad sp update/,
    );
    assert.ok(!run.calls.some((each) => each.startsWith("ad sp update")));
  });

  it("and refuses parameters that would enable a function again", async (test) => {
    const azure = await createRecordedAzure(
      test,
      running({ settings: { "AzureWebJobs.runTenant.Disabled": "true" } }),
    );
    const own = join(azure.folder, "own.bicepparam");
    writeFileSync(own, "using 'main.bicep'\n");
    const run = await azure.run("deploy.sh", ...where, "--parameters", own);
    assert.equal(run.status, 1);
    assert.match(run.said, /disabled runTenant in func-test.*enable it again/s);
    assert.equal(azure.state.settings["AzureWebJobs.runTenant.Disabled"], "true");
  });

  it("but sets every other setting anew, and says which changed", async (test) => {
    const azure = await createRecordedAzure(
      test,
      running({ settings: { MAX_DELETES_PER_BATCH: "0" } }),
    );
    const run = await azure.run("deploy.sh", ...where);
    assert.match(run.said, /changed the setting MAX_DELETES_PER_BATCH from '0' to '10'/);
    azure.state.settings["SOMEBODYS_OWN"] = "secret-value";
    const own = await azure.run("deploy.sh", ...where);
    assert.match(own.said, /changed or removed the setting SOMEBODYS_OWN\./);
    assert.doesNotMatch(own.said, /secret-value/);
    const again = await azure.run("deploy.sh", ...where);
    assert.doesNotMatch(again.said, /changed .*the setting/);
  });
});
