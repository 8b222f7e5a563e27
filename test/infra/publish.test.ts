import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";

import type { AzureState } from "./azure-state.ts";
import {
  createRecordedAzure,
  functionNames,
  type RecordedAzure,
  type Run,
} from "./recorded-azure.ts";

const where = ["--environment", "dev", "--resource-group", "rg"];

/** Azure with a deployment, and a bundle to publish. */
async function deployed(
  test: TestContext,
  change: Partial<AzureState> = {},
): Promise<[RecordedAzure, string[]]> {
  const azure = await createRecordedAzure(test, { deployed: ["directory-batch-dev"], ...change });
  const dist = join(azure.folder, "dist");
  mkdirSync(dist);
  const bundle = functionNames.map((name) => `register({ name: "${name}", bindings: {} });`);
  const files = {
    "host.json": "{}",
    "package.json": '{ "main": "index.cjs" }',
    "index.cjs": `const { registerFunction: register } = require("@azure/functions-core");\n${bundle.join("\n")}`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dist, file), text);
  return [azure, [...where, "--dist", dist]];
}

/** The calls without the package's name, which is a temporary file's. */
const plain = ({ calls }: Run): string[] =>
  calls.map((each) => each.replace(/\S+\.zip/, "app.zip"));

describe("publish.sh", () => {
  it("publishes the bundle without a remote build, and counts the functions", async (test) => {
    const [azure, options] = await deployed(test);
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 0, run.said);
    const upload = run.calls.find((each) =>
      each.startsWith("functionapp deployment source config-zip"),
    );
    assert.match(upload ?? "", /--name func-test --src \S+\.zip --build-remote false/);
    assert.match(run.said, /Published: 7 functions/);
  });

  it("waits for a new app's SCM site, which answers 404 at first", async (test) => {
    const [azure, options] = await deployed(test, {
      failures: {
        "functionapp deployment source config-zip": [
          "Status Code: 404, Details: Not Found",
          "Deployment endpoint responded with status code 503",
        ],
      },
    });
    assert.equal((await azure.run("publish.sh", ...options)).status, 0);
    assert.deepEqual(azure.waits(), [30, 30]);
  });

  it("fails if the app shows no function, because a bundle that does not load is silent", async (test) => {
    const [azure, options] = await deployed(test, { functions: [] });
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 1);
    assert.match(run.said, /shows no function.*did not load/s);
  });

  it("finds the app after a deployment that failed and has no outputs", async (test) => {
    const [azure, options] = await deployed(test, { deploymentFailed: true });
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 0, run.said);
    assert.match(run.said, /Publishing to func-test/);
  });

  it("fails if the app shows the functions of another bundle, and names them", async (test) => {
    const functions = [...functionNames.filter((each) => each !== "sweep"), "accept-batch"];
    const [azure, options] = await deployed(test, { functions });
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 1);
    assert.match(run.said, /is left over: accept-batch/);
    assert.match(run.said, /is missing: sweep/);
    const syncs = run.calls.filter((each) => each.includes("/host/default/sync"));
    assert.equal(syncs.length, 7);
  });

  it("refuses a bundle that does not load, before it is published", async (test) => {
    const [azure, options] = await deployed(test);
    writeFileSync(join(azure.folder, "dist/index.cjs"), "throw new Error('broken');");
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 1);
    assert.match(run.said, /broken.*does not load/s);
    assert.ok(!run.calls.some((each) => each.includes("config-zip")));
  });

  it("says that a stopped app stays stopped", async (test) => {
    const [azure, options] = await deployed(test, { appState: "Stopped" });
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 0);
    assert.match(run.said, /The app is stopped, and stays so/);
  });

  it("succeeds if the functions cannot be listed", async (test) => {
    const [azure, options] = await deployed(test, {
      failures: { "functionapp function list": Array.from({ length: 8 }, () => "(Forbidden)") },
    });
    const run = await azure.run("publish.sh", ...options);
    assert.equal(run.status, 0, run.said);
    assert.match(run.said, /cannot be listed from here: look for the heartbeat/);
  });

  it("changes nothing about the deployment when run again", async (test) => {
    const [azure, options] = await deployed(test);
    const [one, two] = [
      await azure.run("publish.sh", ...options),
      await azure.run("publish.sh", ...options),
    ];
    assert.deepEqual(plain(two), plain(one));
  });

  it("says that there is no function app, or no bundle", async (test) => {
    const [azure, options] = await deployed(test, { deployed: [] });
    assert.match(
      (await azure.run("publish.sh", ...options)).said,
      /There is no function app of dev/,
    );
    const none = await azure.run("publish.sh", ...where, "--dist", "nowhere");
    assert.match(none.said, /no bundle in nowhere/);
  });
});
