import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createRecordedAzure } from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg", "--location", "westeurope"];

describe("deploy.sh waits for what is not yet known everywhere", () => {
  const passing = [
    {
      what: "an application that Graph has not replicated",
      failures: {
        "deployment group create": [
          "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
          "(PrincipalNotFound) Principal 1 does not exist in the directory tenant-1.",
        ],
      },
      waits: [30, 30],
    },
    {
      what: "a vault that does not know the role yet",
      failures: {
        "keyvault certificate list": ["(Forbidden) Caller is not authorized to perform action."],
        "keyvault certificate create": [
          "(Forbidden) Caller is not authorized. Inner error: ForbiddenByRbac",
        ],
        "keyvault certificate show": ["(403) Forbidden"],
      },
      waits: [15, 15, 15],
    },
    {
      what: "an application that is not found at once",
      failures: {
        "ad app credential reset": [
          "(Request_ResourceNotFound) Resource 'client-1' does not exist",
        ],
      },
      waits: [15],
    },
  ];
  for (const { what, failures, waits } of passing) {
    it(what, async (test) => {
      const azure = await createRecordedAzure(test, { failures });
      const run = await azure.run("deploy.sh", ...where);
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(azure.waits(), waits);
      assert.deepEqual(azure.state.keys, [azure.state.thumbprint]);
    });
  }

  it("a deployment that Ctrl-C left running, and a storage account that is busy", async (test) => {
    const azure = await createRecordedAzure(test, {
      failures: {
        "deployment group create": [
          "(DeploymentActive) Unable to edit or replace deployment 'directory-batch-dev'.",
          "(StorageAccountOperationInProgress) An operation requires exclusive access.",
        ],
      },
    });
    assert.equal((await azure.run("deploy.sh", ...where)).status, 0);
    assert.deepEqual(azure.waits(), [30, 30]);
  });

  it("but not for a firewall, which is Forbidden too", async (test) => {
    const azure = await createRecordedAzure(test, {
      failures: {
        "keyvault certificate list": [
          "(Forbidden) Client address is not authorized. Inner error: ForbiddenByFirewall",
        ],
      },
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 1);
    assert.match(run.said, /add it to allowedIpRanges/);
    assert.deepEqual(azure.waits(), []);
  });

  it("but not for an error that waiting does not change", async (test) => {
    const azure = await createRecordedAzure(test, {
      failures: {
        "deployment group create": [
          "(AuthorizationFailed) The client does not have authorization.",
        ],
      },
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 1);
    assert.match(run.said, /AuthorizationFailed/);
    assert.deepEqual(azure.waits(), []);
  });

  it("and not for ever", async (test) => {
    const azure = await createRecordedAzure(test, {
      failures: { "keyvault certificate list": Array.from({ length: 50 }, () => "(Forbidden)") },
    });
    const run = await azure.run("deploy.sh", ...where);
    assert.equal(run.status, 1);
    assert.equal(azure.waits().length, 19);
    assert.match(run.said, /\(Forbidden\)/);
  });
});
