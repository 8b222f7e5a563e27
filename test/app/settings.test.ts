import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { capsFor, capsOf } from "../../shared/app/caps.ts";
import { createClients } from "../../shared/app/clients.ts";
import { readSettings, settingNames } from "../../shared/app/settings.ts";
import { allGuardedKinds } from "../../shared/catalogue/guarded.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import { settingOf } from "../../shared/guards/caps.ts";

const tenant = "aaaaaaaa-0000-4000-8000-000000000001";
const good = {
  TENANT_ID: tenant,
  CLIENT_ID: "aaaaaaaa-0000-4000-8000-000000000002",
  KEY_VAULT_URI: "https://demo.vault.azure.net/",
  CERTIFICATE_NAME: "graph",
  BatchStorage__blobServiceUri: "https://demo.blob.core.windows.net",
  BatchStorage__queueServiceUri: "https://demo.queue.core.windows.net",
  SWEEP_SCHEDULE: "0 */5 * * * *",
  CERTIFICATE_CHECK_SCHEDULE: "0 30 3 * * *",
  STALE_ACCOUNTS_SCHEDULE: "0 0 2 * * *",
};

const mistakes = (environment: Record<string, string>): string => {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof OperatorError && error.code === "SETTINGS_INVALID");
    return error.message;
  }
  return "";
};

describe("settings", () => {
  it("are small and safe if nothing is set", () => {
    const settings = readSettings(good);
    assert.equal(settings.MAX_DELETES_PER_BATCH, 10);
    assert.equal(settings.MAX_DISABLES_PER_BATCH, 50);
    assert.equal(settings.STALE_ACCOUNTS_MODE, "off");
    assert.equal(settings.GRAPH_WRITE_QUOTA, 3000);
    assert.equal(settings.cloud.graphHost, "graph.microsoft.com");
    assert.deepEqual(settings.tenants, [tenant]);
  });

  it("say how long a request to Graph may take", () => {
    const limitOf = (more: Record<string, string>): number =>
      createClients(readSettings({ ...good, ...more })).graphFor(tenant).timeoutMs;
    assert.equal(limitOf({}), 60_000);
    assert.equal(limitOf({ GRAPH_TIMEOUT_SECONDS: "6" }), 6_000);
    assert.match(
      mistakes({ ...good, GRAPH_TIMEOUT_SECONDS: "0" }),
      /^.*GRAPH_TIMEOUT_SECONDS must/,
    );
  });

  it("take operations that are off by default, and no others", () => {
    assert.deepEqual(readSettings(good).EXTRA_OPERATIONS, []);
    const both = { ...good, EXTRA_OPERATIONS: "user.purge, user.reset-password" };
    assert.deepEqual(readSettings(both).EXTRA_OPERATIONS, ["user.purge", "user.reset-password"]);
    for (const EXTRA_OPERATIONS of ["user.delete", "user.purge,", "*"]) {
      assert.match(mistakes({ ...good, EXTRA_OPERATIONS }), /EXTRA_OPERATIONS must be some of/);
    }
  });

  it("give a tenant limits of its own, and for the rest those of all", () => {
    const other = "bbbbbbbb-0000-4000-8000-000000000002";
    const own = { [other.toUpperCase()]: { MAX_DELETES_PER_BATCH: 2, GROUP_LOSS_FROM_MEMBERS: 5 } };
    const two = { ...good, ALLOWED_TENANTS: other, CAPS_BY_TENANT: JSON.stringify(own) };
    const caps = capsFor(readSettings(two));
    assert.deepEqual(caps(tenant), capsOf(readSettings(good)));
    assert.equal(caps(other).kinds.deletes.perBatch, 2);
    assert.equal(caps(other).kinds.deletes.perDay, 20);
    assert.equal(caps(other).groups.fromMembers, 5);
    for (const wrong of [
      "{",
      "[]",
      '{"contoso.com": {}}',
      `{"${other}": {"MAX_DELETES_PER_BATCH": "2"}}`,
      `{"${other}": {"MAX_DELETES_PER_BATCH": -1}}`,
      `{"${other}": {"MAX_DELETES_PER_BATCH": 1.5}}`,
      `{"${other}": {"MAX_DELETE_PER_BATCH": 2}}`,
      `{"${other}": {"toString": 2}}`,
    ]) {
      assert.match(
        mistakes({ ...two, CAPS_BY_TENANT: wrong }),
        /CAPS_BY_TENANT must be JSON/,
        wrong,
      );
    }
    const elsewhere = { ...good, CAPS_BY_TENANT: JSON.stringify(own) };
    assert.match(mistakes(elsewhere), /CAPS_BY_TENANT names bbbbbbbb.*neither TENANT_ID nor/);
  });

  it("have a limit for every kind that guards count", () => {
    for (const kind of allGuardedKinds) {
      const limits = ["PER_BATCH", "PER_DAY"] as const;
      for (const limit of limits) assert.ok(settingNames.includes(settingOf(kind, limit)));
    }
  });

  it("report every mistake at once, by name", () => {
    const said = mistakes({
      TENANT_ID: "contoso",
      GRAPH_WRITE_QUOTA: "many",
      KEY_VAULT_URI: "http://x",
    });
    for (const name of [
      "TENANT_ID",
      "CLIENT_ID",
      "GRAPH_WRITE_QUOTA",
      "KEY_VAULT_URI",
      "CERTIFICATE_NAME",
    ]) {
      assert.match(said, new RegExp(`\\b${name}\\b`));
    }
    assert.match(said, /Fix: .*docs\/settings\.md/);
  });

  it("refuse the tenants that are no tenant", () => {
    assert.match(mistakes({ ...good, ALLOWED_TENANTS: "common" }), /ALLOWED_TENANTS.*daemon/);
    for (const name of ["common", "organizations", "consumers"]) {
      assert.match(mistakes({ ...good, TENANT_ID: name }), /TENANT_ID.*never common.*daemon/);
    }
  });

  it("refuse a further resource that no token can be asked for", () => {
    for (const wrong of ["hr", "api://contoso-hr api://crm", "api://contoso-hr,", "api://a?b"]) {
      assert.match(
        mistakes({ ...good, ALLOWED_RESOURCES: wrong }),
        /ALLOWED_RESOURCES must/,
        wrong,
      );
    }
    const right = "api://contoso-hr, https://database.windows.net/";
    assert.deepEqual(readSettings({ ...good, ALLOWED_RESOURCES: right }).ALLOWED_RESOURCES, [
      "api://contoso-hr",
      "https://database.windows.net/",
    ]);
  });

  it("take exactly one credential", () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ ...good, CERTIFICATE_NAME: "" }, /CERTIFICATE_NAME is missing/],
      [
        { ...good, CREDENTIAL: "managed-identity" },
        /KEY_VAULT_URI is set, but CREDENTIAL is managed-identity/,
      ],
      [{ ...good, CLIENT_SECRET: "s3cr3t" }, /CLIENT_SECRET is set, but CREDENTIAL is certificate/],
      [{ ...good, CREDENTIAL: "client-secret" }, /CLIENT_SECRET is missing/],
    ];
    for (const [environment, says] of cases) {
      assert.match(mistakes(environment), says);
      assert.doesNotMatch(mistakes(environment), /s3cr3t/);
    }
  });

  it("refuse a stale-account policy without an exclusion group", () => {
    assert.match(
      mistakes({ ...good, STALE_ACCOUNTS_MODE: "apply" }),
      /STALE_ACCOUNTS_EXCLUDED_GROUP/,
    );
  });

  it("refuse signed decisions without a registration, and four eyes without signatures", () => {
    assert.match(mistakes({ ...good, DECISION_PROOF: "signed" }), /DECISION_CLIENT_ID is missing/);
    assert.match(
      mistakes({ ...good, FOUR_EYES: "on" }),
      /FOUR_EYES is on, but DECISION_PROOF is queue/,
    );
    const whole = { DECISION_PROOF: "signed", DECISION_CLIENT_ID: good.CLIENT_ID, FOUR_EYES: "on" };
    assert.equal(mistakes({ ...good, ...whole }), "");
  });

  it("have names that no Azure SDK reads for itself", () => {
    assert.ok(settingNames.every((name) => !name.startsWith("AZURE_")));
  });
});
