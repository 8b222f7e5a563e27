import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { openRig, type Rig, rollCloud } from "../roll-certificate/roll-rig.ts";

let cloud: LocalCloud;
before(async () => {
  cloud = await rollCloud();
});
after(() => cloud.close());

const told = ({ events }: Rig, name: string) => events.filter(({ event }) => event === name);
const said = ({ notes }: Rig): string => notes.join("\n");
const DAY_MS = 86_400_000;

describe("the daily check", { concurrency: true }, () => {
  it("tests the served version with a real token request, and asks for a roll", async () => {
    const rig = await openRig();
    await rig.check();
    assert.match(said(rig), /Entra accepts version [0-9a-f]{32}, which expires \d{4}-/);
    assert.equal(rig.asked.length, 1);
    assert.deepEqual(JSON.parse(rig.asked[0] ?? ""), {
      version: 1,
      certificate: rig.ports.certificate?.name,
    });
    assert.deepEqual(told(rig, "token.failed"), []);
  });

  it("reports a served version that is not registered, with its thumbprint", async () => {
    const rig = await openRig();
    const made = await rig.make();
    await rig.check();
    const soFar = told(rig, "certificate.unregistered").length;
    assert.ok(soFar > 0);
    assert.ok(said(rig).includes(made.version) && said(rig).includes(made.thumbprint));
    await rig.rollThrough();
    await rig.check();
    assert.equal(told(rig, "certificate.unregistered").length, soFar, "the roll mended it");
  });

  it("reports a certificate that expires soon, once per threshold", async () => {
    const notAfter = new Date(Date.now() + 13.5 * DAY_MS).toISOString();
    const rig = await openRig({ policy: { notAfter } });
    await rig.check();
    await rig.check();
    assert.deepEqual(
      told(rig, "certificate.expiring").map((event) => "days" in event && event.days),
      [13],
    );
  });

  it("reports registered keys that the vault does not serve, if the application may read itself", async () => {
    const rig = await openRig({ roles: ["Application.Read.All"] });
    const stranger = await openRig();
    const [made] = await cloud.control.listCertificateVersions({
      vault: cloud.home.vaultName,
      name: stranger.ports.certificate?.name ?? "",
    });
    const { appId } = rig;
    const certificatePem = made?.certificatePem ?? "";
    const { keyId } = await cloud.control.addCertificate({ appId, certificatePem });
    await rig.check();
    assert.deepEqual(
      told(rig, "certificate.unserved").map((event) => "keyId" in event && event.keyId),
      [keyId],
    );
    assert.match(said(rig), /az ad app credential delete/);
  });

  it("counts a key whose version is disabled among them", async () => {
    const rig = await openRig({ roles: ["Application.Read.All"] });
    const vault = cloud.home.vaultName;
    const name = rig.ports.certificate?.name ?? "";
    const [first] = await cloud.control.listCertificateVersions({ vault, name });
    assert.ok(first);
    await rig.make();
    await rig.rollThrough();
    await rig.check();
    assert.deepEqual(told(rig, "certificate.unserved"), []);
    const { version, thumbprint } = first;
    await cloud.control.setCertificateEnabled({ vault, name, version, enabled: false });
    await rig.restart().check();
    await rig.check();
    assert.deepEqual(
      told(rig, "certificate.unserved").map((event) => "thumbprint" in event && event.thumbprint),
      [thumbprint],
    );
  });

  it("says that it did not check if the application may not read itself", async () => {
    const rig = await openRig({ roles: ["User.Read.All"] });
    await rig.check();
    assert.match(said(rig), /takes the permission Application\.Read\.All/);
    assert.deepEqual(told(rig, "certificate.unserved"), []);
  });

  it("continues with the rest if the certificate has expired", async () => {
    const notBefore = new Date(Date.now() - 2 * DAY_MS).toISOString();
    const notAfter = new Date(Date.now() - DAY_MS).toISOString();
    const rig = await openRig({ policy: { notBefore, notAfter } });
    await assert.rejects(rig.check(), { code: /CERTIFICATE_UNUSABLE|TOKEN_REFUSED/ });
    assert.equal(rig.asked.length, 1);
    assert.match(said(rig), /CERTIFICATE_UNUSABLE.*expired|700027|outside/);
    // At first our own clock may be wrong, so a token request decides; since then Entra's time is known.
    await assert.rejects(rig.check(), { code: "CERTIFICATE_UNUSABLE" });
    const name = rig.ports.certificate?.name ?? "";
    const event = { event: "certificate.unusable", name, code: "CERTIFICATE_UNUSABLE" };
    assert.deepEqual(told(rig, "certificate.unusable"), [event]);
  });

  it("prints the consent address for a tenant that does not know the application", async () => {
    const { tenantId } = await cloud.control.registerTenant({ domains: ["fabrikam.com"] });
    const rig = await openRig({ tenants: [tenantId] });
    await rig.check();
    assert.deepEqual(told(rig, "consent.missing"), [
      { event: "consent.missing", tenant: tenantId, lacking: "all" },
    ]);
    assert.ok(
      said(rig).includes(
        `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${rig.appId}`,
      ),
    );
    await cloud.control.grantConsent({ tenantId, appId: rig.appId, roles: ["User.Read.All"] });
    await rig.check();
    assert.equal(told(rig, "consent.missing").length, 1);
  });
});
