import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import { generateKeyPair, SignJWT } from "jose";

import { tokensFor } from "../../shared/app/compose.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { createIdentity, type Identity } from "../../shared/identity/identity.ts";
import { createManagedIdentity } from "../../shared/identity/managed-identity.ts";
import { claimsOf } from "../../shared/identity/token/roles.ts";
import { createAuthority } from "../cloud/certificates/authority.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { enterCloud } from "../stage/enter-cloud.ts";
import { runWithAz } from "./az-rest.ts";
import { callHr } from "./call-hr.ts";
import { createCheck, startProtectedApi } from "./protected-api.ts";

const HOST = "hr.contoso.com";
const RESOURCE = "api://contoso.com/hr";
const ROLE = "People.Read";

let cloud: LocalCloud;
let api: Awaited<ReturnType<typeof startProtectedApi>>;
let apiAppId: string;
let tokens: Identity;
/** The Node options that make a process use the local cloud. */
let preloading: string;
/** A token that the API refuses although it has not expired. */
let revoked = "";

before(async () => {
  cloud = await startCloud({ storage: false, latency: false });
  const { home, control } = cloud;
  const registered = await control.registerApplication({
    tenantId: home.tenantId,
    displayName: "HR",
    identifierUris: [RESOURCE],
    appRoles: [ROLE, "People.Write"],
  });
  apiAppId = registered.appId;
  const authority = await createAuthority(Date.now());
  const check = createCheck({
    loginHost: "login.microsoftonline.com",
    tenantId: home.tenantId,
    audience: [RESOURCE, apiAppId],
    clients: [home.clientId],
  });
  api = await startProtectedApi({
    tls: await authority.issueServer([HOST]),
    role: ROLE,
    check: async (authorization, role) =>
      authorization === `Bearer ${revoked}`
        ? { status: 401, why: "revoked" }
        : await check(authorization, role),
  });
  enterCloud({
    redirect: { ...cloud.redirect, [HOST]: api.port },
    caPem: cloud.caPem + authority.certificatePem,
  });
  const { NODE_OPTIONS: preload = "", ...environment } = cloud.env();
  preloading = preload;
  const hourly = "0 0 * * * *";
  Object.assign(process.env, environment, {
    ALLOWED_RESOURCES: RESOURCE,
    SWEEP_SCHEDULE: hourly,
    CERTIFICATE_CHECK_SCHEDULE: hourly,
    STALE_ACCOUNTS_SCHEDULE: hourly,
  });
  const { random } = Math;
  const clock = systemClock;
  tokens = createIdentity({
    cloud: clouds.global,
    clientId: home.clientId,
    credential: {
      kind: "certificate",
      certificate: { vaultUri: home.keyVaultUri, name: home.certificateName },
      identity: createManagedIdentity({ clientId: home.managedIdentity.clientId, clock, random }),
    },
    allowedTenants: [home.tenantId],
    allowedResources: ["https://graph.microsoft.com", RESOURCE],
    clock,
    random,
    fetch,
    emit: () => undefined,
  });
});
after(async () => {
  await api.close();
  await cloud.close();
});

const grant = (appId: string, roles = [ROLE]) =>
  cloud.control.grantConsent({
    tenantId: cloud.home.tenantId,
    appId,
    resource: apiAppId,
    roles,
  });

async function call(token: string): Promise<{ status: number; why: string }> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`https://${HOST}/people`, { headers });
  const { why = "" } = (await response.json()) as { why?: string };
  return { status: response.status, why };
}

/** A token signed by Entra that the product would not request. */
const issued = async (options: { appId?: string; resource?: string; lifetimeSeconds?: number }) => {
  const { tenantId, clientId: appId } = cloud.home;
  const given = { tenantId, appId, resource: RESOURCE, ...options };
  return (await cloud.control.issueToken(given)).token;
};

describe("one's own protected API", () => {
  it("answers the product, which gets its token as it does for Graph", async () => {
    await grant(cloud.home.clientId);
    await cloud.control.resetCounters();
    const token = tokens.for(RESOURCE);
    const held = await Promise.all(Array.from({ length: 200 }, () => token()));
    assert.equal((await cloud.control.counters()).login.byOperation["token"], 1);
    assert.deepEqual(held[0]?.roles, [ROLE]);
    assert.equal((await call(held[0]?.token ?? "")).status, 200);
  });

  it("refuses other clients with the same role", async () => {
    const { tenantId } = cloud.home;
    const other = await cloud.control.registerApplication({ tenantId, displayName: "other" });
    await grant(other.appId);
    const token = await issued({ appId: other.appId });
    assert.deepEqual(claimsOf(token)["roles"], [ROLE]);
    assert.deepEqual(await call(token), { status: 403, why: "not this client" });
  });

  const refused: readonly (readonly [string, () => Promise<string>, number, RegExp])[] = [
    [
      "of another resource",
      () => issued({ resource: "https://graph.microsoft.com" }),
      401,
      /CLAIM/,
    ],
    ["that has expired", () => issued({ lifetimeSeconds: -120 }), 401, /EXPIRED/],
    ["that was changed", async () => tampered(await issued({})), 401, /SIGNATURE/],
    ["that somebody else signed", () => forged(), 401, /NO_MATCHING_KEY|SIGNATURE/],
    ["that is none", async () => "none", 401, /INVALID/],
  ];
  for (const [what, make, status, why] of refused) {
    it(`refuses a token ${what}`, async () => {
      const answer = await call(await make());
      assert.equal(answer.status, status);
      assert.match(answer.why, why);
    });
  }

  it("refuses a token of another tenant", async () => {
    const { tenantId } = await cloud.control.registerTenant({ domains: ["fabrikam.com"] });
    const appId = cloud.home.clientId;
    await cloud.control.grantConsent({ tenantId, appId, roles: [] });
    const resource = "https://graph.microsoft.com";
    const { token } = await cloud.control.issueToken({ tenantId, appId, resource });
    assert.equal((await call(token)).status, 401);
  });

  it("refuses a token without the role, and accepts a new one after the role is granted", async () => {
    const { tenantId, clientId: appId } = cloud.home;
    await cloud.control.revokeConsent({ tenantId, appId, resource: apiAppId });
    const without = await tokens.forceRefresh(tenantId, RESOURCE);
    assert.deepEqual(await call(without.token), { status: 403, why: `without the role ${ROLE}` });
    await grant(appId, ["People.Write"]);
    const wrong = await tokens.forceRefresh(tenantId, RESOURCE);
    assert.equal((await call(wrong.token)).status, 403);
    await grant(appId);
    const right = await tokens.forceRefresh(tenantId, RESOURCE);
    assert.equal((await call(right.token)).status, 200);
  });

  it("is called by the page's function, again with a new token if it refused the held one", async () => {
    assert.equal((await callHr()).status, 200);
    revoked = (await tokensFor(RESOURCE)()).token;
    await cloud.control.resetCounters();
    assert.equal((await callHr()).status, 200);
    assert.equal((await callHr()).status, 200);
    assert.equal((await cloud.control.counters()).login.byOperation["token"], 1);
    revoked = "";
    const shown = blocks("ts")[0] ?? "";
    const run = read("test/identity/call-hr.ts");
    assert.equal(shown.replaceAll("../shared/", "../../shared/"), run);
  });

  it("accepts a token that expired within the tolerance, because clocks differ", async () => {
    assert.equal((await call(await issued({ lifetimeSeconds: -5 }))).status, 200);
  });

  it("accepts version 2.0 tokens, which name client and audience differently", async () => {
    const { tenantId, clientId: appId } = cloud.home;
    const v2 = await cloud.control.registerApplication({
      tenantId,
      displayName: "HR 2",
      identifierUris: ["api://contoso.com/hr-2"],
      appRoles: [ROLE],
      accessTokenVersion: 2,
    });
    await cloud.control.grantConsent({ tenantId, appId, resource: v2.appId, roles: [ROLE] });
    const token = await issued({ resource: "api://contoso.com/hr-2" });
    const { ver, azp, appid } = claimsOf(token);
    assert.deepEqual([ver, azp, appid], ["2.0", appId, undefined]);
    const check = createCheck({
      loginHost: "login.microsoftonline.com",
      tenantId,
      audience: ["api://contoso.com/hr-2", v2.appId],
      clients: [appId],
    });
    assert.deepEqual(await check(`Bearer ${token}`, ROLE), { status: 200 });
  });

  it("gets no token if it is not on the list", () => {
    assert.throws(() => tokens.for("api://somebody-else"), { code: "RESOURCE_NOT_ALLOWED" });
  });
});

describe("docs/own-api.md", () => {
  it("shows the check tested here", () => {
    const shown = blocks("ts")[1] ?? "";
    assert.ok(shown.length > 500 && read("test/identity/protected-api.ts").includes(shown));
  });

  it("has commands that register an API and grant its role to the product", async () => {
    const { tenantId, clientId } = cloud.home;
    const admin = await administrator();
    // Another name than the API's above, which has its own application.
    const commands = blocks("sh").join("\n").replaceAll("contoso.com/hr", "contoso.com/pay");
    const said = await runWithAz(`${commands}\necho "$API_CLIENT_ID"`, {
      CLIENT_ID: clientId,
      NODE_OPTIONS: preloading,
      admin,
    });
    assert.match(said.trim(), /^[0-9a-f-]{36}$/);
    const resource = "api://contoso.com/pay";
    const { token } = await cloud.control.issueToken({ tenantId, appId: clientId, resource });
    assert.deepEqual(claimsOf(token)["roles"], [ROLE]);
  });

  it("names the issuers of every cloud as the check accepts them", () => {
    const page = read("docs/own-api.md");
    for (const { loginHost } of Object.values(clouds))
      assert.ok(page.includes(loginHost), loginHost);
    assert.ok(page.includes("https://sts.windows.net/<tenant>/"));
    assert.ok(page.includes("https://sts.chinacloudapi.cn/<tenant>/"));
  });
});

/** A token of somebody who may register applications and grant roles. */
async function administrator(): Promise<string> {
  const { tenantId } = cloud.home;
  const { appId } = await cloud.control.registerApplication({ tenantId, displayName: "admin" });
  const resource = "https://graph.microsoft.com";
  const roles = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];
  await cloud.control.grantConsent({ tenantId, appId, resource, roles });
  return (await cloud.control.issueToken({ tenantId, appId, resource })).token;
}

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The page's blocks of one language. */
const blocks = (language: string): string[] =>
  [
    ...read("docs/own-api.md").matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g")),
  ].map(([, block = ""]) => block);

const tampered = (token: string): string => {
  const [header, payload = "", signature] = token.split(".");
  const claims = { ...claimsOf(`.${payload}.`), roles: [ROLE, "People.Write"] };
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
};

async function forged(): Promise<string> {
  const { privateKey } = await generateKeyPair("RS256");
  const { tenantId, clientId } = cloud.home;
  return new SignJWT({ tid: tenantId, oid: clientId, appid: clientId, roles: [ROLE] })
    .setProtectedHeader({ alg: "RS256", kid: "mine" })
    .setIssuer(`https://sts.windows.net/${tenantId}/`)
    .setAudience(RESOURCE)
    .setExpirationTime("1h")
    .sign(privateKey);
}
