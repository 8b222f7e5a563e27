import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { coreToolsSettings } from "../../scripts/core-tools.ts";

const cloud = {
  env: {
    BatchStorage__queueServiceUri: "https://batchstorage.queue.core.windows.net",
    NODE_OPTIONS: '--require "redirect.cjs"',
    SWEEP_SCHEDULE: "*/5 * * * * *",
  },
  storage: { connectionString: "AccountName=batchstorage;AccountKey=key;" },
};

describe("the settings for Core Tools", () => {
  it("give the worker the product's settings, and the host a connection string beside them", () => {
    assert.deepEqual(coreToolsSettings(cloud), {
      IsEncrypted: false,
      Values: {
        FUNCTIONS_WORKER_RUNTIME: "node",
        CERTIFICATE_CHECK_SCHEDULE: "0 30 3 * * *",
        STALE_ACCOUNTS_SCHEDULE: "0 0 2 * * *",
        ...cloud.env,
        AzureWebJobsStorage: cloud.storage.connectionString,
        BatchStorage: cloud.storage.connectionString,
      },
    });
  });

  it("cannot be made for a cloud without storage", () => {
    assert.throws(() => coreToolsSettings({ ...cloud, storage: null }), /leave out --no-storage/);
  });
});
