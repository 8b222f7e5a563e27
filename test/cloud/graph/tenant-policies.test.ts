import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture } from "./testing/graph-fixture.ts";
import { assertRefused, newUser } from "./testing/people.ts";
import { stepsWith, list } from "./testing/steps.ts";

const groupId = (at: number): string => `1a9db3ab-0acf-4808-99ae-e8ed581cb2e${at.toString(16)}`;

describe("policies of a tenant, and what a domain and a principal are set to", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;
  const step = stepsWith(graph, [
    "Domain.ReadWrite.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "Policy.ReadWrite.AuthenticationFlows",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.ConsentRequest",
    "Policy.ReadWrite.PermissionGrant",
    "Policy.ReadWrite.SecurityDefaults",
  ]);

  it("the authorization policy keeps what a change leaves out, also within its default permissions [authorizationpolicy-get, authorizationpolicy-update, examples 1 to 6]", async () => {
    const url = "/policies/authorizationPolicy";
    const before = await step(200, "GET", url);
    assert.deepEqual(
      [before["id"], before["allowInvitesFrom"]],
      ["authorizationPolicy", "everyone"],
    );
    assert.match(String(before["@odata.context"]), /#policies\/authorizationPolicy\/\$entity$/);
    await step(204, "PATCH", url, { blockMsolPowerShell: true });
    await step(204, "PATCH", url, { defaultUserRolePermissions: { allowedToCreateApps: false } });
    const after = await step(200, "GET", url);
    const { allowedToCreateApps, allowedToReadOtherUsers } = after[
      "defaultUserRolePermissions"
    ] as unknown as Values;
    assert.deepEqual([allowedToCreateApps, allowedToReadOtherUsers], [false, true]);
    assert.equal(after["blockMsolPowerShell"], true);
    await step(400, "PATCH", url, { allowInvitesFrom: "nobodyAtAll" });
    await step(400, "PATCH", url, { defaultUserRolePermissions: { allowedToCreateApps: "no" } });
    const few = { roles: ["Policy.Read.All"] };
    assertRefused(
      await send("PATCH", url, { blockMsolPowerShell: false }, few),
      403,
      "Authorization_RequestDenied",
    );
  });

  it("the tenant's other single policies are told and changed [identitysecuritydefaultsenforcementpolicy-update, adminconsentrequestpolicy-update, authenticationflowspolicy-update, tenantappmanagementpolicy-update]", async () => {
    const rows = [
      ["identitySecurityDefaultsEnforcementPolicy", "PATCH", { isEnabled: true }],
      ["authenticationFlowsPolicy", "PATCH", { selfServiceSignUp: { isEnabled: true } }],
      ["defaultAppManagementPolicy", "PATCH", { isEnabled: true }],
    ] as const;
    for (const [name, method, body] of rows) {
      /* oxlint-disable no-await-in-loop -- the rows share one Graph */
      await step(204, method, `/policies/${name}`, body);
      const held = await step(200, "GET", `/policies/${name}`);
      for (const [property, value] of Object.entries(body))
        assert.deepEqual(held[property], value, name);
      await step(400, method, `/policies/${name}`, { nothing: 1 });
      /* oxlint-enable no-await-in-loop */
    }
    const consent = "/policies/adminConsentRequestPolicy";
    const body = {
      isEnabled: true,
      notifyReviewers: true,
      remindersEnabled: true,
      requestDurationInDays: 5,
      reviewers: [
        { query: "/users/b6879be8-fb87-4482-a72e-18445d2b5c54", queryType: "MicrosoftGraph" },
      ],
    };
    await step(204, "PUT", consent, body);
    const held = await step(200, "GET", consent);
    assert.deepEqual(
      [held["version"], list({ value: held["reviewers"] })[0]?.["queryRoot"]],
      [1, null],
    );
    await step(400, "PUT", consent, { isEnabled: true });
  });

  it("permission grant policies include and exclude; Microsoft's own cannot be changed [permissiongrantpolicy-post-permissiongrantpolicies, -post-includes, -delete-excludes, -list-excludes]", async () => {
    const all = "/policies/permissionGrantPolicies";
    const ids = list(await step(200, "GET", all)).map(({ id }) => id);
    assert.ok(ids.includes("microsoft-application-admin"), String(ids));
    const excluded = await step(200, "GET", `${all}/microsoft-application-admin/excludes`);
    assert.equal(list(excluded).length, 2);
    const body = { id: "my-custom-consent-policy", displayName: "Custom consent policy" };
    await step(201, "POST", all, body);
    await step(400, "POST", all, body);
    await step(400, "POST", all, { ...body, id: "microsoft-mine" });
    const url = `${all}/my-custom-consent-policy`;
    const made = await step(201, "POST", `${url}/includes`, {
      permissionType: "delegated",
      clientApplicationsFromVerifiedPublisherOnly: true,
    });
    assert.deepEqual(
      [made["permissions"], made["resourceApplication"], made["permissionClassification"]],
      [["all"], "any", "all"],
    );
    await step(400, "POST", `${url}/excludes`, { permissionType: "both" });
    const { id } = await step(201, "POST", `${url}/excludes`, { permissionType: "application" });
    assert.equal(list(await step(200, "GET", `${url}/excludes`)).length, 1);
    await step(204, "DELETE", `${url}/excludes/${String(id)}`);
    await step(404, "DELETE", `${url}/excludes/${String(id)}`);
    await step(204, "PATCH", url, { displayName: "Renamed" });
    await step(204, "DELETE", url);
    await step(404, "GET", url);
    await step(400, "DELETE", `${all}/microsoft-application-admin`);
    await step(400, "POST", `${all}/microsoft-application-admin/includes`, {
      permissionType: "delegated",
    });
  });

  it("restrictions of credentials are made, given to an application and told [appmanagementpolicy-post, appmanagementpolicy-post-appliesto, appmanagementpolicy-list-appliesto]", async () => {
    const restrictions = {
      passwordCredentials: [{ restrictionType: "passwordAddition", maxLifetime: null }],
    };
    const all = "/policies/appManagementPolicies";
    const { id } = await step(201, "POST", all, {
      displayName: "Strict",
      isEnabled: true,
      restrictions,
    });
    const made = await step(201, "POST", "/applications", { displayName: "restricted" });
    const given = `/applications/${String(made["id"])}/appManagementPolicies`;
    const ref = { "@odata.id": `https://graph.microsoft.com/v1.0${all}/${String(id)}` };
    await step(204, "POST", `${given}/$ref`, ref);
    assert.equal(list(await step(200, "GET", given))[0]?.["id"], id);
    const holders = list(await step(200, "GET", `${all}/${String(id)}/appliesTo`));
    assert.equal(holders[0]?.["id"], made["id"]);
    await step(204, "DELETE", `${given}/${String(id)}/$ref`);
    await step(204, "PATCH", `${all}/${String(id)}`, { isEnabled: false });
    await step(400, "POST", all, { displayName: "without restrictions" });
    await step(204, "DELETE", `${all}/${String(id)}`);
  });

  it("a domain is federated by one configuration, and managed again without [domain-post-federationconfiguration, internaldomainfederation-update, internaldomainfederation-delete]", async () => {
    await step(201, "POST", "/domains", { id: "fed.example" });
    await step(200, "POST", "/domains/fed.example/verify");
    const url = "/domains/fed.example/federationConfiguration";
    const body = {
      displayName: "Contoso",
      issuerUri: "http://contoso.com/adfs/services/trust",
      passiveSignInUri: "https://sts.contoso.com/adfs/ls",
      signingCertificate: "MIIE3jCCAsagAwIBAgIQQcyDaZz3MI",
      preferredAuthenticationProtocol: "wsFed",
      federatedIdpMfaBehavior: "rejectMfaByFederatedIdp",
    };
    const made = await step(201, "POST", url, body);
    assert.equal(made["@odata.type"], "#microsoft.graph.internalDomainFederation");
    await step(400, "POST", url, body);
    assert.equal(
      (await step(200, "GET", "/domains/fed.example"))["authenticationType"],
      "Federated",
    );
    const one = `${url}/${String(made["id"])}`;
    assert.equal((await step(200, "PATCH", one, { displayName: "New" }))["displayName"], "New");
    await step(400, "PATCH", one, { federatedIdpMfaBehavior: "trustEverybody" });
    assert.equal(list(await step(200, "GET", url)).length, 1);
    await step(204, "DELETE", one);
    await step(404, "GET", one);
    assert.equal((await step(200, "GET", "/domains/fed.example"))["authenticationType"], "Managed");
  });

  it("a domain is deleted with its names, which go to the initial one; a subdomain tells its root [domain-forcedelete, domain-get-rootdomain, domain-promote]", async () => {
    for (const id of ["gone.example", "sub.gone.example"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await step(201, "POST", "/domains", { id });
    }
    await step(200, "POST", "/domains/gone.example/verify");
    const root = await step(200, "GET", "/domains/sub.gone.example/rootDomain");
    assert.equal(root["id"], "gone.example");
    await step(400, "POST", "/domains/sub.gone.example/promote");
    await step(200, "POST", "/domains/sub.gone.example/verify");
    assert.equal((await step(200, "POST", "/domains/sub.gone.example/promote"))["value"], true);
    const id = await newUser(graph, "moved", { userPrincipalName: "moved@gone.example" });
    const identifierUris = ["https://gone.example/app"];
    const application = await step(201, "POST", "/applications", {
      displayName: "moved",
      identifierUris,
      signInAudience: "AzureADMultipleOrgs",
    });
    const force = "/domains/gone.example/forceDelete";
    await step(400, "POST", force, { disableUserAccounts: true });
    await step(204, "PATCH", `/applications/${String(application["id"])}`, {
      signInAudience: "AzureADMyOrg",
    });
    await step(204, "POST", force, { disableUserAccounts: true });
    await step(404, "GET", "/domains/gone.example");
    const after = await step(200, "GET", `/users/${id}?$select=userPrincipalName,accountEnabled`);
    assert.deepEqual(
      [after["userPrincipalName"], after["accountEnabled"]],
      ["moved@contoso.com", false],
    );
    const renamed = await step(200, "GET", `/applications/${String(application["id"])}`);
    assert.deepEqual(renamed["identifierUris"], ["https://contoso.com/app"]);
    await step(400, "POST", "/domains/contoso.com/forceDelete");
  });

  it("a principal has one configuration of remote desktops, with at most ten device groups [serviceprincipal-post-remotedesktopsecurityconfiguration, remotedesktopsecurityconfiguration-post-targetdevicegroups]", async () => {
    const { appId } = await step(201, "POST", "/applications", { displayName: "desktop" });
    const { id } = await step(201, "POST", "/servicePrincipals", { appId });
    const url = `/servicePrincipals/${String(id)}/remoteDesktopSecurityConfiguration`;
    await step(404, "GET", url);
    await step(400, "POST", url, {});
    await step(201, "POST", url, { isRemoteDesktopProtocolEnabled: true });
    await step(400, "POST", url, { isRemoteDesktopProtocolEnabled: true });
    const groups = `${url}/targetDeviceGroups`;
    for (let at = 0; at < 10; at += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await step(201, "POST", groups, { id: groupId(at), displayName: `Group ${at}` });
    }
    await step(400, "POST", groups, { id: groupId(11), displayName: "one too many" });
    const renamed = await step(200, "PATCH", `${groups}/${groupId(3)}`, { displayName: "Renamed" });
    assert.equal(renamed["displayName"], "Renamed");
    await step(204, "DELETE", `${groups}/${groupId(3)}`);
    // An id may come in capitals.
    await step(201, "POST", groups, { id: groupId(11).toUpperCase(), displayName: "Again" });
    assert.equal((await step(200, "GET", `${groups}/${groupId(11)}`))["id"], groupId(11));
    await step(204, "DELETE", `${groups}/${groupId(11)}`);
    assert.equal((await step(200, "GET", url))["targetDeviceGroups"], undefined);
    const whole = await step(200, "GET", `${url}?$expand=targetDeviceGroups`);
    assert.equal(list({ value: whole["targetDeviceGroups"] }).length, 9);
    assert.equal(list(await step(200, "GET", groups)).length, 9);
    const off = await step(200, "PATCH", url, { isRemoteDesktopProtocolEnabled: false });
    assert.equal(off["isRemoteDesktopProtocolEnabled"], false);
    await step(204, "DELETE", url);
    await step(404, "GET", groups);
  });

  contractHolds(graph);
});
