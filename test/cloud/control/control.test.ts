import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { runClient } from "../clients/run-client.ts";
import { claimsIn } from "../entra/entra-fixture.ts";
import type { LocalCloud } from "../local-cloud.ts";
import { startCloud } from "../start-cloud.ts";

interface Facts {
  readonly thumbprint: string;
}

describe("the control", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({ storage: false, latency: false });
  });
  after(() => cloud.close());

  const rolesOf = async (tenantId: string, appId: string): Promise<unknown> => {
    const resource = "https://graph.microsoft.com";
    const { token } = await cloud.control.issueToken({ tenantId, appId, resource });
    return claimsIn(token)["roles"];
  };

  it("grants and revokes consent per tenant", async () => {
    const { control, home } = cloud;
    const { tenantId } = await control.registerTenant({ domains: ["fabrikam.com"] });
    const { appId } = await control.registerApplication({
      tenantId: home.tenantId,
      displayName: "Both",
      signInAudience: "AzureADMultipleOrgs",
    });
    await control.grantConsent({ tenantId, appId, roles: ["User.Read.All", "Group.Read.All"] });
    assert.deepEqual(await rolesOf(tenantId, appId), ["User.Read.All", "Group.Read.All"]);
    assert.equal(await rolesOf(home.tenantId, appId), undefined, "the other tenant gave none");
    await control.revokeConsent({ tenantId, appId, roles: ["User.Read.All"] });
    assert.deepEqual(await rolesOf(tenantId, appId), ["Group.Read.All"]);
    await control.removeServicePrincipal({ tenantId, appId });
    await assert.rejects(rolesOf(tenantId, appId), TypeError);
    const roles = ["No.Such.Role"];
    await assert.rejects(control.grantConsent({ tenantId, appId, roles }), /no app role/);
  });

  it("rolls the certificate: sign-in fails until the new one is registered and replicated", async () => {
    const { control, home } = cloud;
    const where = { vault: home.vaultName, name: home.certificateName };
    const [old] = await control.listCertificates({ appId: home.clientId });
    const made = await control.createCertificate(where);
    await assert.rejects(runClient(cloud, "azure-identity"), /AADSTS700027/);
    await control.configure({ login: { keyReplicationSeconds: 3600 } });
    const added = await control.addCertificate({
      appId: home.clientId,
      certificatePem: made.certificatePem,
    });
    assert.equal(added.thumbprint, made.thumbprint);
    await assert.rejects(runClient(cloud, "azure-identity"), /AADSTS700027/);
    await control.reset();
    const { thumbprint } = await runClient<Facts>(cloud, "azure-identity");
    assert.equal(thumbprint, made.thumbprint);
    await control.removeCertificate({ appId: home.clientId, keyId: old?.keyId ?? "" });
    assert.equal((await control.listCertificates({ appId: home.clientId })).length, 1);
  });

  it("disables a version and corrupts another", async () => {
    const { control, home } = cloud;
    const where = { vault: home.vaultName, name: home.certificateName };
    const { version } = await control.createCertificate(where);
    await control.setCertificateEnabled({ ...where, version, enabled: false });
    await assert.rejects(runClient(cloud, "azure-identity"), /disabled secret/);
    await control.setCertificateEnabled({ ...where, version, enabled: true });
    await control.setSecret({ ...where, version, value: "not a certificate" });
    await assert.rejects(runClient(cloud, "azure-identity"), /Error/);
  });

  it("creates a certificate that has expired already", async () => {
    const { expiresAt } = await cloud.control.createCertificate({
      vault: cloud.home.vaultName,
      name: "expired",
      policy: { notBefore: "2020-01-01T00:00:00Z", notAfter: "2021-01-01T00:00:00Z" },
    });
    assert.equal(expiresAt, "2021-01-01T00:00:00.000Z");
  });

  it("resets its faults, Graph's included, and its day offset", async () => {
    const { control } = cloud;
    await control.advanceDays(40);
    const fault = { kind: "status", status: 503 } as const;
    await control.graph("addFault", { at: "request", fault });
    await control.inject({ service: "login", effect: fault });
    await control.reset();
    const { token } = await control.issueToken({
      tenantId: cloud.home.tenantId,
      appId: cloud.tools.clientId,
      resource: "https://graph.microsoft.com",
    });
    const group = {
      displayName: "g",
      mailNickname: "g",
      mailEnabled: false,
      securityEnabled: true,
    };
    const [signIn, made] = await runClient<{ status: number; body: string }[]>(cloud, "fetch", {
      requests: [
        { url: "https://login.microsoftonline.com/common/discovery/keys" },
        {
          url: "https://graph.microsoft.com/v1.0/groups",
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(group),
        },
      ],
    });
    assert.deepEqual([signIn?.status, made?.status], [200, 201]);
    const { createdDateTime } = JSON.parse(made?.body ?? "{}") as { createdDateTime: string };
    assert.ok(Math.abs(Date.parse(createdDateTime) - Date.now()) < 60_000, createdDateTime);
  });

  it("refuses a condition that does not exist, and a value that it cannot have", async () => {
    for (const [name, value] of Object.entries({
      objectConflict: 0.1,
      objectConflicts: { share: 0.1 },
      premium: "no",
      latency: 5,
    }))
      await assert.rejects(cloud.control.graph("conditions", { [name]: value }), (error: Error) =>
        error.message.includes(name),
      );
    await cloud.control.graph("conditions", { objectConflicts: 0.002, latency: null });
  });

  it("moves the directory's date and no other clock", async () => {
    await cloud.control.advanceDays(30);
    await cloud.control.advanceDays(1);
    const { now } = await cloud.control.graph("dayOffset", { days: 31 });
    assert.ok(Math.abs(Date.parse(now) - Date.now() - 31 * 86_400_000) < 5000);
    const { tenantId, clientId: appId } = cloud.home;
    const resource = "https://graph.microsoft.com";
    const { token } = await cloud.control.issueToken({ tenantId, appId, resource });
    const issued = Number(claimsIn(token)["iat"]) * 1000;
    assert.ok(Math.abs(issued - Date.now()) < 400_000);
  });
});
