import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { AzureState } from "./azure-state.ts";
import { createRecordedAzure, type Run } from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg", "--location", "westeurope"];
const changing =
  /^(group create|group delete|provider register|deployment group create|keyvault (?:recover|certificate create)|ad app (?:credential|delete)|functionapp stop|rest --method (?:POST|DELETE))/;
const changes = (run: Run): string[] => run.calls.filter((each) => changing.test(each));

describe("deploy.sh --preflight", () => {
  it("prints one table and changes nothing", async (test) => {
    const azure = await createRecordedAzure(test, { groups: { rg: "dev" } });
    const run = await azure.run("deploy.sh", ...where, "--preflight");
    assert.equal(run.status, 0, run.said);
    const rows = [...run.said.matchAll(/^ {2}(ok|todo|wrong|unseen) +(\w+) /gm)];
    assert.deepEqual(
      rows.map(([, , what]) => what),
      ["tools", "providers", "region", "names", "locks", "rights", "topics", "quota"],
    );
    assert.deepEqual(changes(run), []);
  });

  const wrong: readonly {
    readonly when: string;
    readonly state: Partial<AzureState>;
    readonly says: RegExp;
  }[] = [
    {
      when: "the Azure CLI is too old",
      state: { versions: { cli: "2.59.0", bicep: "0.38.33" } },
      says: /wrong +tools +the Azure CLI is 2\.59\.0.*az upgrade/s,
    },
    {
      when: "Bicep is too old",
      state: { versions: { cli: "2.100.0", bicep: "0.9.1" } },
      says: /wrong +tools +Bicep is 0\.9\.1.*az bicep upgrade/s,
    },
    {
      when: "the region has no Flex Consumption",
      state: { regions: ["North Europe"] },
      says: /wrong +region +westeurope has no Flex Consumption/,
    },
    {
      when: "a lock makes the group read-only",
      state: { locks: ["read-only"] },
      says: /wrong +locks +read-only/,
    },
    {
      when: "the account may not assign roles",
      state: {
        rights: [["*", "Microsoft.Authorization/*/Delete,Microsoft.Authorization/*/Write"]],
      },
      says: /wrong +rights +this account may not assign roles/,
    },
    {
      when: "a teardown left the names taken",
      state: { deletedVaults: ["kv-dev-abc"] },
      says: /wrong +names +deleted, and their names still taken: the vault kv-dev-abc.*--deleted recover/s,
    },
    {
      when: "another service made the storage account's system topic",
      state: { resources: { "Microsoft.EventGrid/systemTopics": "defender-topic" } },
      says: /wrong +topics +another service made defender-topic/,
    },
  ];
  for (const { when, state, says } of wrong) {
    it(`stops a deployment before it changes anything when ${when}`, async (test) => {
      const azure = await createRecordedAzure(test, { groups: { rg: "dev" }, ...state });
      const run = await azure.run("deploy.sh", ...where);
      assert.equal(run.status, 1);
      assert.match(run.said, says);
      assert.deepEqual(changes(run), []);
    });
  }

  it("accepts Contributor with Role Based Access Control Administrator", async (test) => {
    const azure = await createRecordedAzure(test, {
      groups: { rg: "dev" },
      rights: [
        ["*", "Microsoft.Authorization/*/Delete,Microsoft.Authorization/*/Write"],
        ["Microsoft.Authorization/roleAssignments/write,*/read", ""],
      ],
    });
    const run = await azure.run("deploy.sh", ...where, "--preflight");
    assert.match(run.said, /ok +rights/);
  });
});

describe("deploy.sh registers what the subscription lacks", () => {
  it("all providers that the template needs, before the template", async (test) => {
    const azure = await createRecordedAzure(test);
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 0, run.said);
    for (const each of ["Microsoft.EventGrid", "Microsoft.Insights", "Microsoft.Web"])
      assert.ok(azure.state.providers.includes(each), each);
    assert.ok(!azure.state.providers.includes("Microsoft.App"), "only the network option needs it");
  });

  it("Microsoft.App with the network option", async (test) => {
    const azure = await createRecordedAzure(test);
    const own = join(azure.folder, "own.bicepparam");
    writeFileSync(own, "using 'main.bicep'\nparam privateNetwork = true\n");
    await azure.run("deploy.sh", ...where, "--parameters", own);
    assert.ok(azure.state.providers.includes("Microsoft.App"));
  });

  it("and says who may, if this account may not", async (test) => {
    const azure = await createRecordedAzure(test, {
      failures: { "provider register": ["(AuthorizationFailed) The client has no right to."] },
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 1);
    assert.match(run.said, /may not register it.*Contributor on the subscription/s);
    assert.ok(!run.calls.some((each) => each.startsWith("deployment group create")));
  });
});

const torn: Partial<AzureState> = {
  deletedVaults: ["kv-dev-abc"],
  deletedApplications: [["app-object", "client-0"]],
  deletedPrincipals: ["sp-object"],
};

/** What a run did about deleted things. */
const verbs = (run: Run): string[] =>
  changes(run).flatMap((each) => {
    const [, method, id, restore] =
      /--method (\w+).*deletedItems\/([\w-]+)(\/restore)?/.exec(each) ?? [];
    if (method !== undefined) return [`${method} ${id}${restore ?? ""}`];
    return each.startsWith("keyvault recover") ? ["recover vault"] : [];
  });

describe("deploy.sh after a teardown", () => {
  it("recovers vault, application and its service principal", async (test) => {
    const azure = await createRecordedAzure(test, torn);
    const run = await azure.run("deploy.sh", ...where, "--deleted", "recover");
    assert.equal(run.status, 0, run.said);
    assert.deepEqual(verbs(run), [
      "recover vault",
      "POST app-object/restore",
      "POST sp-object/restore",
    ]);
  });

  it("or deletes application and principal for good, and recovers the vault", async (test) => {
    const azure = await createRecordedAzure(test, torn);
    const run = await azure.run("deploy.sh", ...where, "--deleted", "purge");
    assert.equal(run.status, 0, run.said);
    assert.deepEqual(verbs(run), ["recover vault", "DELETE app-object", "DELETE sp-object"]);
  });

  it("accepts recover and purge only", async (test) => {
    const azure = await createRecordedAzure(test, torn);
    const run = await azure.run("deploy.sh", ...where, "--deleted", "forget");
    assert.match(run.said, /--deleted is recover or purge/);
    assert.deepEqual(changes(run), []);
  });
});

describe("deploy.sh and the owners of the application", () => {
  it("lets a person add a pipeline as an owner", async (test) => {
    const azure = await createRecordedAzure(test);
    const run = await azure.run("deploy.sh", ...where, "--owner", "sp-a", "--owner", "sp-b");
    assert.equal(run.status, 0, run.said);
    assert.equal(run.environment[4], "sp-a,sp-b");
  });

  it("refuses to let a pipeline add owners, which it may not", async (test) => {
    const azure = await createRecordedAzure(test, { userType: "servicePrincipal" });
    const run = await azure.run("deploy.sh", ...where, "--owner", "person");
    assert.equal(run.status, 1);
    assert.match(run.said, /more than Application\.ReadWrite\.OwnedBy/);
    assert.deepEqual(changes(run), []);
  });

  it("fetches a pipeline's tokens at once: its assertion is good for five minutes", async (test) => {
    const azure = await createRecordedAzure(test, { userType: "servicePrincipal" });
    const { calls } = await azure.run("deploy.sh", ...where);
    const tokens = calls.filter((each) => each.startsWith("account get-access-token"));
    assert.deepEqual(calls.slice(2, 4), tokens);
    assert.match(tokens.join(), /ms-graph.*https:\/\/vault\.azure\.net/);
  });
});

describe("deploy.sh without features", () => {
  it("succeeds, and has no permission to grant", async (test) => {
    const azure = await createRecordedAzure(test);
    Object.assign(azure.state.outputs, {
      graphPermissions: [],
      graphAppRoleIds: [],
      consentTenantIds: [],
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 0, run.said);
    assert.match(run.said, /every permission is granted/);
    assert.match((await azure.run("print-consent.sh", ...where.slice(0, 4))).said, /No feature/);
  });
});
