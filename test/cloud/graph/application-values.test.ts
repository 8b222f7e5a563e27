import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused } from "./testing/people.ts";

const role = (changes: Values = {}): Values => ({
  id: randomUUID(),
  allowedMemberTypes: ["User"],
  description: "May read.",
  displayName: "Reader",
  isEnabled: true,
  value: `Read.${randomUUID()}`,
  ...changes,
});

describe("an application's values", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;

  const newApplication = async (body: Values = {}) => {
    const reply = await send("POST", "/applications", { displayName: "app", ...body });
    assert.equal(reply.status, 201, reply.text);
    return {
      path: `/applications/${String(reply.body["id"])}`,
      appId: String(reply.body["appId"]),
      body: reply.body as Values,
    };
  };

  it("that are objects are there with all their members [application-post-applications]", async () => {
    const { body } = await newApplication();
    assert.deepEqual(body["api"], {
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    });
    assert.deepEqual(body["parentalControlSettings"], {
      countriesBlockedForMinors: [],
      legalAgeGroupRule: "Allow",
    });
    assert.deepEqual(
      [body["spa"], body["publicClient"]],
      [{ redirectUris: [] }, { redirectUris: [] }],
    );
    assert.deepEqual((body["web"] as Values)["implicitGrantSettings"], {
      enableAccessTokenIssuance: false,
      enableIdTokenIssuance: false,
    });
    assert.equal((body["info"] as Values)["logoUrl"], null);
    assert.equal(body["certification"], null);
  });

  it("that are objects are merged by PATCH, and reset by null [application-update]", async () => {
    const { path, appId } = await newApplication({
      web: { redirectUris: ["https://contoso.com/a"] },
    });
    await send("PATCH", path, { web: { homePageUrl: "https://contoso.com" } });
    await send("PATCH", path, { web: { implicitGrantSettings: { enableIdTokenIssuance: true } } });
    await send("PATCH", path, { publicClient: { redirectUris: ["http://localhost"] } });
    const { body } = await send("GET", path);
    assert.deepEqual(body["web"], {
      homePageUrl: "https://contoso.com",
      logoutUrl: null,
      redirectUris: ["https://contoso.com/a"],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
      redirectUriSettings: [],
    });
    assert.deepEqual(graph.registry.application(appId)?.redirectUris, {
      public: ["http://localhost"],
      web: ["https://contoso.com/a"],
      spa: [],
    });
    await send("PATCH", path, { web: null });
    const again = await send("GET", path);
    assert.deepEqual((again.body as Values)["web"], (await newApplication()).body["web"]);
  });

  it("an enabled role is disabled before it is removed [resources/appRole; terraform-provider-azuread, odata errors]", async () => {
    const one = role();
    const { path } = await newApplication({ appRoles: [one] });
    const refused = await send("PATCH", path, { appRoles: [] });
    assertRefused(
      refused,
      400,
      "CannotDeleteOrUpdateEnabledEntitlement",
      "Permission (scope or role) cannot be deleted or updated unless disabled first.",
    );
    assert.equal(
      (await send("PATCH", path, { appRoles: [{ ...one, isEnabled: false }] })).status,
      204,
    );
    assert.equal((await send("PATCH", path, { appRoles: [] })).status, 204);
    const scope = {
      id: randomUUID(),
      adminConsentDescription: "a",
      adminConsentDisplayName: "a",
      isEnabled: true,
      type: "User",
      value: "Read",
    };
    await send("PATCH", path, { api: { oauth2PermissionScopes: [scope] } });
    const scopes = await send("PATCH", path, { api: { oauth2PermissionScopes: [] } });
    assert.equal(scopes.status, 400);
  });

  const twin = role();
  const refusals: readonly (readonly [what: string, body: Values, code: string, says: string])[] = [
    [
      "two roles with one id",
      { appRoles: [twin, { ...role(), id: twin["id"] }] },
      "DuplicateValue",
      "duplicate values",
    ],
    [
      "two roles with one value",
      { appRoles: [twin, role({ value: twin["value"] })] },
      "DuplicateValue",
      "duplicate values",
    ],
    [
      "a role for nobody",
      { appRoles: [role({ allowedMemberTypes: [] })] },
      "Request_BadRequest",
      "'allowedMemberTypes'",
    ],
    [
      "a role for groups",
      { appRoles: [role({ allowedMemberTypes: ["Group"] })] },
      "Request_BadRequest",
      "'allowedMemberTypes'",
    ],
    [
      "a role whose id is no GUID",
      { appRoles: [role({ id: "one" })] },
      "Request_BadRequest",
      "Edm.Guid",
    ],
    [
      "a role without a name",
      { appRoles: [role({ displayName: "" })] },
      "Request_BadRequest",
      "'displayName'",
    ],
    [
      "a role's value with a space",
      { appRoles: [role({ value: "a b" })] },
      "Request_BadRequest",
      "'value'",
    ],
    [
      "an unknown audience",
      { signInAudience: "Everybody" },
      "Request_BadRequest",
      "'signInAudience'",
    ],
    [
      "token version 3",
      { api: { requestedAccessTokenVersion: 3 } },
      "Request_BadRequest",
      "api.requestedAccessTokenVersion is invalid",
    ],
    [
      "personal accounts with token version 1",
      {
        signInAudience: "AzureADandPersonalMicrosoftAccount",
        api: { requestedAccessTokenVersion: 1 },
      },
      "Request_BadRequest",
      "api.requestedAccessTokenVersion is invalid",
    ],
    [
      "a resource that is no GUID",
      { requiredResourceAccess: [{ resourceAppId: "graph", resourceAccess: [] }] },
      "Request_BadRequest",
      "'resourceAppId'",
    ],
    [
      "a permission that is no GUID",
      {
        requiredResourceAccess: [
          { resourceAppId: TENANT, resourceAccess: [{ id: "x", type: "Role" }] },
        ],
      },
      "Request_BadRequest",
      "Edm.Guid",
    ],
    [
      "an identifier of another domain",
      { identifierUris: ["https://fabrikam.com/app"] },
      "HostNameNotOnVerifiedDomain",
      "verified domain of the organization or its subdomain: 'https://fabrikam.com/app'",
    ],
    [
      "an identifier of nobody",
      { identifierUris: ["api://app"] },
      "HostNameNotOnVerifiedDomain",
      "'api://app'",
    ],
  ];
  for (const [what, body, code, says] of refusals)
    it(`are refused: ${what} [resources/application]`, async () => {
      assertRefused(
        await send("POST", "/applications", { displayName: "x", ...body }),
        400,
        code,
        says,
      );
      const { path } = await newApplication();
      assertRefused(await send("PATCH", path, body), 400, code, says);
    });

  it("an identifier names the application, the tenant or a verified domain [identifier-uri-patterns]", async () => {
    const { path, appId } = await newApplication();
    for (const uri of [
      `api://${appId}`,
      `api://${TENANT}/app`,
      "https://contoso.com/app",
      "api://app.contoso.com/x",
    ])
      assert.equal((await send("PATCH", path, { identifierUris: [uri] })).status, 204, uri);
  });

  it("requestedAccessTokenVersion decides the version of tokens [resources/apiApplication]", async () => {
    const { path, appId } = await newApplication();
    await send("PATCH", path, { api: { requestedAccessTokenVersion: 2 } });
    assert.equal(graph.registry.application(appId)?.accessTokenVersion, 2);
  });

  contractHolds(graph);
});
