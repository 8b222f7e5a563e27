import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";

import { systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { createServerClock } from "../../shared/identity/certificate/server-clock.ts";
import { createManagedIdentity } from "../../shared/identity/managed-identity.ts";
import { type CredentialSettings, openCredential } from "../../shared/identity/open-credential.ts";

const identity = createManagedIdentity({
  clientId: undefined,
  clock: systemClock,
  random: Math.random,
});
const open = (settings: CredentialSettings) =>
  openCredential(settings, {
    cloud: clouds.global,
    clientId: "CLIENT",
    clock: createServerClock(systemClock),
    random: Math.random,
    emit: () => undefined,
  });

describe("a client secret", () => {
  it("is refused and not quoted unless a setting allows it", () => {
    assert.throws(
      () => open({ kind: "client-secret", secret: "hunter2", allowed: false }),
      (error: Error) => {
        assert.match(error.message, /SETTINGS_INVALID.*production.*ALLOW_CLIENT_SECRET/);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });

  it("is accepted if a setting allows it", () => {
    assert.ok(open({ kind: "client-secret", secret: "hunter2", allowed: true }).credential);
  });
});

describe("a vault", () => {
  const table = [
    { uri: "https://v.vault.azure.cn/", why: "is another cloud's" },
    { uri: "https://vault.azure.net.evil.example/", why: "is somebody else's" },
    { uri: "https://evilvault.azure.net/", why: "is somebody else's, in the suffix's place" },
    { uri: "http://v.vault.azure.net/", why: "is asked without TLS" },
    { uri: "v", why: "is only a name" },
    { uri: "https://user:word@v.vault.azure.net/", why: "has a user name" },
    { uri: "https://v.vault.azure.net:8443/", why: "has a port" },
    { uri: "https://v.vault.azure.net/secrets/graph", why: "has a path" },
    { uri: "https://v.vault.azure.net/?x=1", why: "has a query" },
    { uri: "https://v.vault.azure.net/#x", why: "has a fragment" },
  ];
  for (const { uri, why } of table) {
    it(`is refused if it ${why}`, () => {
      const certificate = { vaultUri: uri, name: "c" };
      assert.throws(() => open({ kind: "certificate", certificate, identity }), {
        code: "SETTINGS_INVALID",
        message: /KEY_VAULT_URI.*vault\.azure\.net/,
      });
    });
  }

  for (const uri of ["https://v.vault.azure.net", "https://v.vault.azure.net:443/"]) {
    it(`is accepted as ${uri}`, () => {
      assert.ok(open({ kind: "certificate", certificate: { vaultUri: uri, name: "c" }, identity }));
    });
  }

  it("always has to name its own domain in its challenge", () => {
    const folder = new URL("../../shared/", import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts"));
    assert.ok(sources.includes("identity/certificate/certificate-secrets.ts"));
    for (const file of sources) {
      const text = readFileSync(new URL(file, folder), "utf8");
      assert.doesNotMatch(text, /disableChallengeResourceVerification/, file);
    }
  });
});
