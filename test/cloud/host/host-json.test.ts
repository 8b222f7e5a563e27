import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { runnerDefaults } from "../../../shared/runner/ports.ts";
import { readAppSettings } from "./app-settings.ts";
import { readHostJson } from "./host-json.ts";
import { timeSpanMs } from "./time-span.ts";

const bundle = { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.0.0, 5.0.0)" };
let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "host-json-"));
});
after(() => rmSync(folder, { recursive: true }));

function read(json: object, env: Record<string, string> = {}, cpus = 4) {
  writeFileSync(join(folder, "host.json"), JSON.stringify({ version: "2.0", ...json }));
  return readHostJson(folder, env, cpus);
}

describe("host.json", () => {
  it("that ships has the contract's values", () => {
    const root = join(import.meta.dirname, "../../..");
    const { queues, functionTimeoutMs } = readHostJson(root, {}, 8);
    assert.deepEqual(queues, {
      messageEncoding: "none",
      batchSize: 1,
      newBatchThreshold: 0,
      maxDequeueCount: 5,
      visibilityTimeoutMs: 60_000,
      maxPollingIntervalMs: 60_000,
    });
    assert.ok(functionTimeoutMs >= 2 * runnerDefaults.sliceMs, "well above a slice");
  });

  it("that is empty gives the host's defaults, some multiplied by the cores", () => {
    assert.deepEqual(read({ extensionBundle: bundle }), {
      functionTimeoutMs: 30 * 60_000,
      queues: {
        messageEncoding: "base64",
        batchSize: 16,
        newBatchThreshold: 32,
        maxDequeueCount: 5,
        visibilityTimeoutMs: 0,
        maxPollingIntervalMs: 60_000,
      },
    });
  });

  it("is overridden by an app setting with the host's prefix", () => {
    const { queues } = read(
      { extensionBundle: bundle, extensions: { queues: { visibilityTimeout: "00:01:00" } } },
      { AzureFunctionsJobHost__Extensions__queues__visibilityTimeout: "00:00:02" },
    );
    assert.equal(queues.visibilityTimeoutMs, 2_000);
  });

  it("polls within two seconds in development", () => {
    const env = { AZURE_FUNCTIONS_ENVIRONMENT: "Development" };
    assert.equal(read({ extensionBundle: bundle }, env).queues.maxPollingIntervalMs, 2_000);
  });

  it("may allow unlimited run time", () => {
    for (const functionTimeout of ["-1", -1])
      assert.equal(read({ extensionBundle: bundle, functionTimeout }).functionTimeoutMs, Infinity);
  });

  it("is read with comments, trailing commas and any case, as the real host does", () => {
    const text = `{ // seen on the real host
      version: '2.0', /* bare names and single quotes, too */
      "ExtensionBundle": { "ID": "${bundle.id}", "version": "${bundle.version}", },
      "extensions": { "Queues": { "messageEncoding": "NONE", "newbatchthreshold": 2000,
        "visibilityTimeout": 60, } },
    }`;
    writeFileSync(join(folder, "host.json"), text);
    assert.partialDeepStrictEqual(readHostJson(folder, {}, 4).queues, {
      messageEncoding: "none",
      newBatchThreshold: 2_000,
      // A number is days, though somebody meant seconds.
      visibilityTimeoutMs: 60 * 24 * 60 * 60_000,
    });
  });

  for (const version of [
    "[4.0.0, 5.0.0)",
    "[3.3.0, 5.0.0)",
    "4.*",
    "[4.*, 5.0.0)",
    "[4.22.0]",
    "*",
  ])
    it(`may ask for the bundle ${version}`, () => {
      assert.ok(read({ extensionBundle: { ...bundle, version } }));
    });

  const refused = [
    { when: "it has another version", json: { version: "1.0" }, says: /"version": "2.0"/ },
    { when: "it names no extension bundle", json: {}, says: /no queue trigger/ },
    {
      when: "a batch is larger than the service allows",
      json: { extensionBundle: bundle, extensions: { queues: { batchSize: 33 } } },
      says: /batchSize must be from 1 to 32/,
    },
    {
      when: "the encoding is unknown",
      json: { extensionBundle: bundle, extensions: { queues: { messageEncoding: "utf8" } } },
      says: /"none" or "base64"/,
    },
    {
      when: "the bundle's range is no version",
      json: { extensionBundle: { ...bundle, version: "newest" } },
      says: /"newest" is not a range of versions/,
    },
    {
      when: "the bundle's range has no version 4",
      json: { extensionBundle: { ...bundle, version: "[3.*, 4.0.0)" } },
      says: /allows no version 4/,
    },
    {
      when: "a function may run less than a second",
      json: { extensionBundle: bundle, functionTimeout: "-00:01:00" },
      says: /at least 00:00:01/,
    },
    {
      when: "only the name of its version has capitals, which is the one that they matter in",
      json: { version: undefined, Version: "2.0", extensionBundle: bundle },
      says: /"version": "2.0"/,
    },
  ];
  for (const { when, json, says } of refused)
    it(`is refused when ${when}`, () => {
      assert.throws(() => read(json), { message: says });
    });
});

describe("a time span", () => {
  for (const [text, ms] of [
    ["00:01:00", 60_000],
    ["1.02:03:04.5", (((24 + 2) * 60 + 3) * 60 + 4) * 1000 + 500],
    ["01:30", 90 * 60_000],
    ["1:02:03:04", ((24 + 2) * 60 + 3) * 60_000 + 4_000],
    ["-00:01:00", -60_000],
    ["60", 60 * 24 * 60 * 60_000],
  ] as const)
    it(`${text} is ${ms} ms`, () => assert.equal(timeSpanMs(text), ms));

  for (const text of ["1.5", "25:00:00", "00:60:00", "", "60s"])
    it(`is refused: "${text}"`, () => {
      assert.throws(() => timeSpanMs(text), TypeError);
    });
});

describe("an app setting", () => {
  const settings = readAppSettings({
    ECHO_QUEUE: "echo",
    Empty: "",
    BatchStorage__queueServiceUri: "https://a.queue.core.windows.net",
    Other__accountName: "other",
    Text: "AccountName=x;AccountKey=y",
  });

  it("replaces %NAME% in a binding, ignoring case", () =>
    assert.equal(settings.resolve("%echo_queue%-x"), "echo-x"));

  it("gives a connection's address, or its account's", () => {
    assert.equal(settings.serviceUri("batchstorage", "queue"), "https://a.queue.core.windows.net");
    assert.equal(settings.serviceUri("Other", "blob"), "https://other.blob.core.windows.net");
  });

  const refused = [
    { when: "it is not set", use: () => settings.resolve("%NOWHERE%"), says: /NOWHERE is not set/ },
    { when: "it is empty", use: () => settings.resolve("%Empty%"), says: /Empty is not set/ },
    {
      when: "a connection lacks the service",
      use: () => settings.serviceUri("BatchStorage", "blob"),
      says: /BatchStorage__blobServiceUri is missing/,
    },
    {
      when: "a connection is a string with a key",
      use: () => settings.serviceUri("Text", "blob"),
      says: /identities only/,
    },
  ];
  for (const { when, use, says } of refused)
    it(`is refused when ${when}`, () => {
      assert.throws(use, { message: says });
    });
});
