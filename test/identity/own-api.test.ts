import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import { generateKeyPair, SignJWT } from "jose";

import { systemClock } from "../../shared/core/clock.ts";
import { clouds } from "../../shared/core/clouds.ts";
import { createIdentity, type Identity } from "../../shared/identity/identity.ts";
import { createManagedIdentity } from "../../shared/identity/managed-identity.ts";
import { claimsOf } from "../../shared/identity/token/roles.ts";
import { createAuthority } from "../cloud/certificates/authority.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { startCloud } from "../cloud/start-cloud.ts";
import { enterCloud } from "../stage/enter-cloud.ts";
import { createCheck, startProtectedApi } from "./protected-api.ts";

const HOST = "hr.contoso.com";
const RESOURCE = "api://contoso-hr";
const ROLE = "People.Read";

let cloud: LocalCloud;
let api: Awaited<ReturnType<typeof startProtectedApi>>;
let apiAppId: string;
let tokens: Identity;
/** A token that the API takes no more, though it is valid by the clock. */
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
  const { NODE_OPTIONS: _, ...environment } = cloud.env();
  Object.assign(process.env, environment);
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

/** A token of another kind than the product's own, signed by Entra. */
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
    ["that has expired", () => issued({ lifetimeSeconds: -1 }), 401, /EXPIRED/],
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

  it("is called again with a new token if it refused the held one, as the page shows", async () => {
    const token = tokens.for("api://contoso-hr");
    const send = async (rejected?: string): Promise<Response> => {
      const held = await token(rejected === undefined ? undefined : { rejected });
      const headers = { authorization: `Bearer ${held.token}` };
      const response = await fetch("https://hr.contoso.com/people", { headers });
      // Refused though it is valid by the clock: a new one, once.
      return response.status === 401 && rejected === undefined ? send(held.token) : response;
    };
    revoked = (await token()).token;
    await cloud.control.resetCounters();
    assert.equal((await send()).status, 200);
    assert.equal((await send()).status, 200);
    assert.equal((await cloud.control.counters()).login.byOperation["token"], 1);
    revoked = "";
    const [, shown = ""] =
      /```ts\n\s*(const token =[\s\S]*?)```/.exec(read("docs/own-api.md")) ?? [];
    assert.ok(shown.length > 300);
    assert.ok(squeezed(read("test/identity/own-api.test.ts")).includes(squeezed(shown).trim()));
  });

  it("accepts version 2.0 tokens, which name client and audience differently", async () => {
    const { tenantId, clientId: appId } = cloud.home;
    const v2 = await cloud.control.registerApplication({
      tenantId,
      displayName: "HR 2",
      identifierUris: ["api://contoso-hr-2"],
      appRoles: [ROLE],
      accessTokenVersion: 2,
    });
    await cloud.control.grantConsent({ tenantId, appId, resource: v2.appId, roles: [ROLE] });
    const token = await issued({ resource: "api://contoso-hr-2" });
    const { ver, azp, appid } = claimsOf(token);
    assert.deepEqual([ver, azp, appid], ["2.0", appId, undefined]);
    const check = createCheck({
      loginHost: "login.microsoftonline.com",
      tenantId,
      audience: ["api://contoso-hr-2", v2.appId],
      clients: [appId],
    });
    assert.deepEqual(await check(`Bearer ${token}`, ROLE), { status: 200 });
  });

  it("gets no token if it is not on the list", () => {
    assert.throws(() => tokens.for("api://somebody-else"), { code: "RESOURCE_NOT_ALLOWED" });
  });
});

const squeezed = (text: string): string => text.replaceAll(/\s+/g, " ");
const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("docs/own-api.md shows the check tested here", () => {
  const [, shown = ""] =
    /```ts\n(export function createCheck[\s\S]*?)```/.exec(read("docs/own-api.md")) ?? [];
  assert.ok(shown.length > 500 && read("test/identity/protected-api.ts").includes(shown));
});

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
