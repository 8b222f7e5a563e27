import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { CONFIGURATION_FILE, configure } from "../../../shared/command/account/configuration.ts";
import { chooseSignIn } from "../../../shared/command/account/sign-in.ts";
import { clouds } from "../../../shared/core/clouds.ts";

const tenant = "aaaaaaaa-0000-4000-8000-000000000001";

describe("which account the command speaks to", () => {
  const folder = mkdtempSync(join(tmpdir(), "configuration-"));
  const empty = mkdtempSync(join(tmpdir(), "configuration-"));
  after(() => [folder, empty].forEach((each) => rmSync(each, { recursive: true })));
  writeFileSync(
    join(folder, CONFIGURATION_FILE),
    JSON.stringify({ account: "fromfile", tenant: tenant.toUpperCase(), cloud: "china" }),
  );

  it("is what was typed, before the environment, before the file", () => {
    const environment = { BATCH_ACCOUNT: "fromenv", BATCH_CLOUD: "" };
    assert.equal(configure({ account: "typed" }, environment, folder).account, "typed");
    const found = configure({}, environment, folder);
    assert.deepEqual([found.account, found.cloud, found.tenant], ["fromenv", clouds.china, tenant]);
    assert.equal(configure({}, {}, folder).account, "fromfile");
  });

  for (const [when, typed, says] of [
    ["there is none", {}, /No storage account is named\. Add --account/],
    ["it is an address", { account: "https://x" }, /lower case letters and digits/],
    [
      "the cloud is unknown",
      { account: "abc", cloud: "mars" },
      /--cloud is not known\. Use one of: global/,
    ],
    ["the tenant is a domain", { account: "abc", tenant: "contoso.com" }, /no tenant id/],
    ["the way to sign in is unknown", { account: "abc", auth: "x" }, /Use one of: auto, cli/],
  ] as const) {
    it(`is refused as typed wrong if ${when}`, () =>
      assert.throws(() => configure(typed, {}, empty), { message: says, exitCode: 2 }));
  }

  it("is refused if the file has a property that it does not know", () => {
    writeFileSync(join(empty, CONFIGURATION_FILE), '{"acount": "abc"}');
    assert.throws(() => configure({}, {}, empty), { exitCode: 2, message: /cannot be used/ });
  });
});

describe("how the operator signs in", () => {
  for (const [when, environment, how] of [
    ["nothing is set", {}, "cli"],
    ["a managed identity is there", { IDENTITY_ENDPOINT: "http://x" }, "managed-identity"],
    [
      "a principal is named, even on an Azure service",
      { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", IDENTITY_ENDPOINT: "http://x" },
      "environment",
    ],
    ["only a client id is set, which an identity may need", { AZURE_CLIENT_ID: "c" }, "cli"],
  ] as const) {
    it(`is ${how} if ${when}`, () =>
      assert.equal(chooseSignIn("auto", clouds.global, environment).how, how));
  }

  it("is what was asked for, whatever is set", () => {
    const environment = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c" };
    assert.equal(chooseSignIn("cli", clouds.global, environment).how, "cli");
  });
});
