import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture } from "./testing/graph-fixture.ts";
import { newUser } from "./testing/people.ts";
import { stepsWith, list } from "./testing/steps.ts";

describe("what is kept beside an application", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const step = stepsWith(graph, [
    "Policy.ReadWrite.ApplicationConfiguration",
    "Policy.ReadWrite.PermissionGrant",
  ]);
  const newPrincipal = async (): Promise<readonly [application: string, principal: string]> => {
    const made = await step(201, "POST", "/applications", { displayName: "app" });
    const appId = made["appId"];
    const principal = await step(201, "POST", "/servicePrincipals", { appId });
    return [`/applications/${String(made["id"])}`, `/servicePrincipals/${String(principal["id"])}`];
  };
  const POLICY = { definition: ['{"Policy":{"Version":1}}'], displayName: "strict" };

  it("policies of tokens, claims and home realms are made, assigned, told and taken away [claimsmappingpolicy-post-claimsmappingpolicies, serviceprincipal-post-claimsmappingpolicies, application-post-tokenlifetimepolicies, claimsmappingpolicy-list-appliesto]", async () => {
    const [application, principal] = await newPrincipal();
    const rows = [
      [principal, "claimsMappingPolicies"],
      [principal, "homeRealmDiscoveryPolicies"],
      [application, "tokenIssuancePolicies"],
      [application, "tokenLifetimePolicies"],
    ] as const;
    for (const [holder, kind] of rows) {
      const all = `/policies/${kind}`;
      /* oxlint-disable no-await-in-loop -- the rows share one Graph */
      const { id } = await step(201, "POST", all, POLICY);
      await step(400, "POST", all, { displayName: "without a definition" });
      const ref = { "@odata.id": `https://graph.microsoft.com/v1.0${all}/${String(id)}` };
      await step(204, "POST", `${holder}/${kind}/$ref`, ref);
      await step(400, "POST", `${holder}/${kind}/$ref`, ref);
      const told = await step(200, "GET", `${holder}/${kind}`);
      assert.match(String(told["@odata.context"]), /#Collection\(microsoft\.graph\.\w+Policy\)$/);
      assert.deepEqual(list(told)[0]?.["definition"], POLICY.definition);
      const holders = await step(200, "GET", `${all}/${String(id)}/appliesTo`);
      assert.equal(list(holders)[0]?.["id"], holder.split("/")[2], kind);
      await step(204, "PATCH", `${all}/${String(id)}`, { displayName: "loose" });
      assert.equal((await step(200, "GET", `${all}/${String(id)}`))["displayName"], "loose");
      await step(204, "DELETE", `${holder}/${kind}/${String(id)}/$ref`);
      await step(404, "DELETE", `${holder}/${kind}/${String(id)}/$ref`);
      await step(204, "DELETE", `${all}/${String(id)}`);
      assert.deepEqual(list(await step(200, "GET", all)), []);
      /* oxlint-enable no-await-in-loop */
    }
  });

  it("a delegated permission is classified once; the level is in the id [serviceprincipal-post-delegatedpermissionclassifications]", async () => {
    const [, principal] = await newPrincipal();
    const url = `${principal}/delegatedPermissionClassifications`;
    const body = {
      permissionId: "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
      permissionName: "User.Read",
      classification: "low",
    };
    const { id } = await step(201, "POST", url, body);
    assert.equal(id, "2G3-4TG6YU2J54hjnaRoPQE");
    await step(400, "POST", url, body);
    await step(400, "POST", url, { ...body, classification: "lowest" });
    assert.equal(list(await step(200, "GET", url)).length, 1);
    await step(204, "DELETE", `${url}/${String(id)}`);
    assert.deepEqual(list(await step(200, "GET", url)), []);
  });

  it("a template becomes an application and its service principal [applicationtemplate-instantiate]", async () => {
    const [first] = list(await step(200, "GET", "/applicationTemplates"));
    const url = `/applicationTemplates/${String(first?.["id"])}`;
    assert.equal((await step(200, "GET", url))["displayName"], first?.["displayName"]);
    const made = await step(201, "POST", `${url}/instantiate`, { displayName: "mine" });
    const { application, servicePrincipal } = made as Record<string, Values>;
    assert.equal(application?.["appId"], servicePrincipal?.["appId"]);
    const held = await step(200, "GET", `/applications/${String(application?.["id"])}`);
    assert.deepEqual([held["displayName"], held["applicationTemplateId"]], ["mine", first?.["id"]]);
    assert.deepEqual(servicePrincipal?.["verifiedPublisher"], {
      displayName: null,
      verifiedPublisherId: null,
      addedDateTime: null,
    });
    assert.equal(servicePrincipal?.["appRoleAssignmentRequired"], true);
    const gallery = "/applicationTemplates?$select=id,displayName,riskScore,categories";
    const judged = await step(200, "GET", `${gallery}&$top=2&$orderby=displayName desc`);
    assert.deepEqual(
      list(judged).map((one) => one["displayName"]),
      ["LinkedIn Lookup", "Custom"],
    );
    assert.ok("riskScore" in (list(judged)[0] ?? {}), "shown if selected");
    const toolkit = "/applicationTemplates/229946b9-a9fb-45b8-9531-efa47453ac9e/instantiate";
    const kit = await step(201, "POST", toolkit, { displayName: "kit" });
    const replies = "https://samltoolkit.azurewebsites.net/SAML/Consume";
    const { servicePrincipal: principal } = kit as Record<string, Values>;
    assert.deepEqual(principal?.["replyUrls"], [replies]);
    const [scope] = list({ value: servicePrincipal?.["oauth2PermissionScopes"] });
    assert.equal(scope?.["value"], "user_impersonation");
    const identifierUris = ["https://signin.maker.example/saml"];
    await step(204, "PATCH", `/applications/${String(application?.["id"])}`, { identifierUris });
    await step(400, "POST", `${url}/instantiate`, {});
  });

  it("a publisher is confirmed by a person only; a logo is a picture [application-setverifiedpublisher, application-update]", async () => {
    const [application] = await newPrincipal();
    await step(403, "POST", `${application}/setVerifiedPublisher`, {
      verifiedPublisherId: "1234567",
    });
    const png = { "content-type": "image/png" };
    await step(204, "PUT", `${application}/logo`, "not looked into", png);
    const { info } = await step(200, "GET", application);
    assert.match(String((info as unknown as Values)["logoUrl"]), /^https:/);
    await step(400, "PUT", `${application}/logo`, "text", { "content-type": "text/plain" });
  });

  contractHolds(graph);
});

describe("an application and what others see of it", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const step = stepsWith(graph, []);

  it("an application is made with a secret, which is told once; its text is the service's own [application-post-applications, example 2]", async () => {
    const passwordCredentials = [{ displayName: "Password name" }];
    const body = { displayName: "MyAppName", passwordCredentials };
    const made = await step(201, "POST", "/applications", body);
    const [secret] = list({ value: made["passwordCredentials"] });
    assert.equal(secret?.["displayName"], "Password name");
    assert.equal(String(secret?.["secretText"]).slice(0, 3), secret?.["hint"]);
    const held = await step(200, "GET", `/applications/${String(made["id"])}`);
    assert.deepEqual(held["passwordCredentials"], [{ ...secret, secretText: null }]);
    const own = [{ displayName: "mine", secretText: "chosen by the caller" }];
    await step(400, "POST", "/applications", { ...body, passwordCredentials: own });
    await step(400, "PATCH", `/applications/${String(made["id"])}`, { passwordCredentials: own });
  });

  it("a directory extension takes values of its type, on the objects that it is for, shown if selected [extensibility-overview, resources/extensionproperty, msgraph-sdk-dotnet#2680]", async () => {
    const { id, appId } = await step(201, "POST", "/applications", { displayName: "extends" });
    const url = `/applications/${String(id)}/extensionProperties`;
    const named = async (
      name: string,
      dataType: string,
      isMultiValued = false,
    ): Promise<string> => {
      const body = { name, dataType, isMultiValued, targetObjects: ["User", "Group"] };
      return String((await step(201, "POST", url, body))["name"]);
    };
    const [text, number, list_] = [
      await named("text", "String"),
      await named("number", "Integer"),
      await named("list", "String", true),
    ];
    const own = await newUser(graph, "extended");
    const user = `/users/${own}`;
    await step(204, "PATCH", user, { [text]: "a", [number]: 7, [list_]: ["a", "b"] });
    const shown = await step(200, "GET", `${user}?$select=${text},${number},${list_}`);
    assert.deepEqual([shown[text], shown[number], shown[list_]], ["a", 7, ["a", "b"]]);
    const found = await step(200, "GET", `/users?$select=id,${text}&$filter=id eq '${own}'`);
    assert.deepEqual(list(found), [{ id: own, [text]: "a" }]);
    const wrong = [
      { [text]: 7 },
      { [text]: "x".repeat(257) },
      { [number]: 2 ** 31 },
      { [list_]: "a" },
    ];
    for (const body of wrong) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await step(400, "PATCH", user, body);
    }
    await step(204, "PATCH", user, { [text]: null });
    const unknown = `extension_${String(appId).replaceAll("-", "")}_nothing`;
    const refused = await step(400, "PATCH", user, { [unknown]: "a" });
    assert.equal(
      (refused["error"] as unknown as Values)["message"],
      `The following extension properties are not available: ${unknown}.`,
    );
    await step(400, "PATCH", `/applications/${String(id)}`, { [text]: "not for applications" });
    await step(204, "DELETE", `${url}/${String(list(await step(200, "GET", url))[0]?.["id"])}`);
    await step(400, "PATCH", user, { [text]: "gone" });
  });

  it("a service principal shows the addresses, scopes and pages of its application [resources/serviceprincipal]", async () => {
    const scope = {
      id: "1f7d2a3e-0000-4000-8000-000000000001",
      adminConsentDescription: "Read",
      adminConsentDisplayName: "Read",
      value: "Read",
      type: "User",
      isEnabled: true,
    };
    const { id, appId } = await step(201, "POST", "/applications", { displayName: "shown" });
    const principal = await step(201, "POST", "/servicePrincipals", { appId });
    assert.deepEqual([principal["replyUrls"], principal["homepage"]], [[], null]);
    await step(204, "PATCH", `/applications/${String(id)}`, {
      api: { oauth2PermissionScopes: [scope] },
      info: { marketingUrl: "https://contoso.com/about" },
      spa: { redirectUris: ["https://localhost/spa"] },
      web: { homePageUrl: "https://contoso.com", redirectUris: ["https://localhost/web"] },
    });
    const after = await step(200, "GET", `/servicePrincipals/${String(principal["id"])}`);
    assert.deepEqual(after["replyUrls"], ["https://localhost/web", "https://localhost/spa"]);
    assert.equal(after["homepage"], "https://contoso.com");
    assert.deepEqual(after["oauth2PermissionScopes"], [scope]);
    const info = after["info"] as unknown as Values;
    assert.equal(info["marketingUrl"], "https://contoso.com/about");
  });

  contractHolds(graph);
});

describe("upserts of applications and principals", () => {
  // The OpenAPI data describe the update only.
  const step = stepsWith(graphFixture(), []);

  it("a PATCH by application id or unique name makes what is missing, if the header asks for it [serviceprincipal-upsert, application-upsert]", async () => {
    const prefer = { prefer: "create-if-missing" };
    const named = "/applications(uniqueName='app-65278')";
    await step(404, "PATCH", named, { displayName: "one" });
    const made = await step(201, "PATCH", named, { displayName: "one" }, prefer);
    assert.equal(made["uniqueName"], "app-65278");
    await step(204, "PATCH", named, { displayName: "two" }, prefer);
    await step(204, "PATCH", named, { uniqueName: "app-65278" });
    await step(400, "PATCH", named, { uniqueName: "another" });
    const principal = `/servicePrincipals(appId='${String(made["appId"])}')`;
    await step(404, "PATCH", principal, { displayName: "mine" });
    const held = await step(201, "PATCH", principal, { displayName: "mine" }, prefer);
    assert.deepEqual([held["displayName"], held["appId"]], ["mine", made["appId"]]);
    await step(204, "PATCH", principal, { displayName: "yours" }, prefer);
  });
});
