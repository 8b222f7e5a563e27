import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Values } from "./store/entity.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { assertRefused, newGroup, newUser, reference, valueOf } from "./testing/people.ts";
import { stepsWith, list } from "./testing/steps.ts";

const deltaIn = (body: Values): string =>
  String(body["@odata.deltaLink"]).replace(/^.*\/v1\.0/, "");

describe("what is kept of a tenant", () => {
  const graph = graphFixture();
  graph.holdToContract();
  const { send } = graph;
  const step = stepsWith(graph, [
    "CustomSecAttributeDefinition.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Domain.ReadWrite.All",
    "Organization.ReadWrite.All",
  ]);

  it("attribute sets have definitions with predefined values, which are deprecated and never deleted [directory-post-attributesets, directory-post-customsecurityattributedefinitions, customsecurityattributedefinition-update, customsecurityattributedefinition-post-allowedvalues]", async () => {
    const all = "/directory/customSecurityAttributeDefinitions";
    const definition = {
      attributeSet: "Engineering",
      name: "Project",
      type: "String",
      status: "Available",
      isCollection: true,
      isSearchable: true,
      usePreDefinedValuesOnly: true,
      allowedValues: [{ id: "Alpine", isActive: true }],
    };
    await step(404, "POST", all, definition);
    await step(201, "POST", "/directory/attributeSets", {
      id: "Engineering",
      maxAttributesPerSet: 1,
    });
    const made = await step(201, "POST", all, definition);
    assert.equal(made["id"], "Engineering_Project");
    await step(400, "POST", all, { ...definition, name: "Second" });
    const values = `${all}/Engineering_Project/allowedValues`;
    await step(201, "POST", values, { id: "Baker", isActive: true });
    await step(204, "PATCH", `${values}/Baker`, { isActive: false });
    assert.equal((await step(200, "GET", `${values}/Baker`))["isActive"], false);
    assert.equal(list(await step(200, "GET", values)).length, 2);
    await step(204, "PATCH", `${all}/Engineering_Project`, { status: "Deprecated" });
    await step(400, "PATCH", `${all}/Engineering_Project`, { type: "Integer" });
    const found = `${all}?$filter=attributeSet eq 'Engineering' and status eq 'Deprecated'`;
    assert.equal(list(await step(200, "GET", found)).length, 1);
    assert.equal((await send("DELETE", `${all}/Engineering_Project`)).status, 405);
    const active = `${all}?$filter=name eq 'Project'&$expand=allowedValues($filter=isActive eq true)`;
    const [expanded] = list(await step(200, "GET", active));
    assert.deepEqual(expanded?.["allowedValues"], [{ id: "Alpine", isActive: true }]);
    const whole = await step(200, "GET", `${all}/Engineering_Project?$expand=allowedValues`);
    assert.equal(list({ value: whole["allowedValues"] }).length, 2);
    assert.match(String(whole["@odata.context"]), /\(allowedValues\(\)\)\/\$entity$/);
    await step(400, "GET", `${all}?$expand=sets`);
  });

  it("schema extensions go from development to available, and then cannot be deleted; users keep their values [schemaextension-post-schemaextensions, -update, -delete; user-update]", async () => {
    const properties = [{ name: "courseType", type: "String" }];
    const body = { id: "courses", description: "Courses", targetTypes: ["User"], properties };
    const { id, status } = await step(201, "POST", "/schemaExtensions", body);
    assert.match(String(id), /^ext\w{8}_courses$/);
    assert.equal(status, "InDevelopment");
    const name = String(id);
    const ann = await newUser(graph, "ann");
    await step(204, "PATCH", `/users/${ann}`, { [name]: { courseType: "Admin" } });
    const shown = await step(200, "GET", `/users/${ann}?$select=id,${name}`);
    assert.deepEqual(shown[name], { courseType: "Admin" });
    await step(204, "PATCH", `/schemaExtensions/${name}`, { status: "Available" });
    await step(400, "PATCH", `/schemaExtensions/${name}`, { status: "InDevelopment" });
    await step(400, "DELETE", `/schemaExtensions/${name}`);
    const found = `/schemaExtensions?$filter=id eq '${name}'`;
    assert.equal(list(await step(200, "GET", found)).length, 1);
  });

  it("a domain is added, verified, made the default, and deleted when nobody uses it [domain-post-domains, domain-verify, domain-update, domain-list-verificationdnsrecords, domain-delete]", async () => {
    assert.equal(
      (await step(201, "POST", "/domains", { id: "Fabrikam.com" }))["isVerified"],
      false,
    );
    const url = "/domains/fabrikam.com";
    await step(409, "POST", "/domains", { id: "fabrikam.com" });
    await step(400, "PATCH", url, { isDefault: true });
    const types = list(await step(200, "GET", `${url}/verificationDnsRecords`));
    assert.deepEqual(
      types.map(({ recordType }) => recordType),
      ["Txt", "Mx"],
    );
    assert.equal((await step(200, "POST", `${url}/verify`))["isVerified"], true);
    await step(204, "PATCH", url, { isDefault: true });
    assert.equal((await step(200, "GET", "/domains/contoso.com"))["isDefault"], false);
    await step(204, "PATCH", "/domains/contoso.com", { isDefault: true });
    await newUser(graph, "fay", { userPrincipalName: "fay@fabrikam.com" });
    assert.equal(list(await step(200, "GET", `${url}/domainNameReferences`)).length, 1);
    await step(400, "DELETE", url);
    await step(204, "DELETE", "/users/fay@fabrikam.com");
    await step(204, "DELETE", url);
    await step(404, "GET", url);
  });

  it("a tenant's mail addresses for notices change, its name does not; it has no contracts [organization-update, contract-list]", async () => {
    const url = `/organization/${TENANT}`;
    const mails = { technicalNotificationMails: ["it@contoso.com"] };
    await step(204, "PATCH", url, mails);
    assert.deepEqual(
      (await step(200, "GET", url))["technicalNotificationMails"],
      mails.technicalNotificationMails,
    );
    await step(400, "PATCH", url, { displayName: "Other" });
    assert.deepEqual(list(await step(200, "GET", "/contracts")), []);
  });

  it("a unit with a rule takes no members by hand, and its settings have the values of the page [administrativeunit-update, administrativeunit-post-members, resources/administrativeunit]", async () => {
    const all = "/directory/administrativeUnits";
    const { id } = await step(201, "POST", all, { displayName: "Executive Division" });
    const url = `${all}/${String(id)}`;
    await step(204, "PATCH", url, {
      membershipType: "dynamic",
      membershipRule: '(user.country -eq "United States")',
      membershipRuleProcessingState: "On",
    });
    const member = await newUser(graph, "byHand");
    await step(403, "POST", `${url}/members/$ref`, reference(member, "users"));
    const group = {
      "@odata.type": "#microsoft.graph.group",
      displayName: "Golf Assist",
      groupTypes: ["Unified"],
      mailEnabled: true,
      mailNickname: "golfassist",
      securityEnabled: false,
    };
    await step(403, "POST", `${url}/members`, group);
    await step(400, "PATCH", url, { membershipType: "byHand" });
    await step(400, "PATCH", url, { membershipRuleProcessingState: "Off" });
  });

  it("a tenant is found by id and by domain, with the permission for it [tenantrelationship-findtenantinformationbytenantid, -findtenantinformationbydomainname]", async () => {
    const roles = ["CrossTenantInformation.ReadBasic.All"];
    const found = (by: string) => send("GET", `/tenantRelationships/${by}`, undefined, { roles });
    const byId = await found(`findTenantInformationByTenantId(tenantId='${TENANT}')`);
    assert.equal(byId.body["defaultDomainName"], "contoso.com", byId.text);
    const byName = await found("findTenantInformationByDomainName(domainName='contoso.com')");
    assert.equal(byName.body["tenantId"], TENANT, byName.text);
    const unknown = await found("findTenantInformationByDomainName(domainName='nobody.example')");
    assertRefused(unknown, 404, "Request_ResourceNotFound");
    await step(
      403,
      "GET",
      `/tenantRelationships/findTenantInformationByTenantId(tenantId='${TENANT}')`,
    );
  });

  it("delta tells delegated grants that are new, changed and gone [oauth2permissiongrant-delta]", async () => {
    const graphItself = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    const resourceId = (await step(200, "GET", graphItself))["id"];
    const { appId } = await step(201, "POST", "/applications", { displayName: "client" });
    const clientId = (await step(201, "POST", "/servicePrincipals", { appId }))["id"];
    const start = await step(200, "GET", "/oauth2PermissionGrants/delta");
    const body = { clientId, consentType: "AllPrincipals", resourceId, scope: "User.Read" };
    const { id } = await step(201, "POST", "/oauth2PermissionGrants", body);
    const first = await step(200, "GET", deltaIn(start));
    assert.deepEqual(
      list(first).map((one) => [one["id"], one["scope"]]),
      [[id, "User.Read"]],
    );
    const second = await step(200, "GET", deltaIn(first));
    assert.deepEqual(list(second), []);
    await step(204, "DELETE", `/oauth2PermissionGrants/${String(id)}`);
    assert.deepEqual(list(await step(200, "GET", deltaIn(second))), [
      { id, "@removed": { reason: "deleted" } },
    ]);
  });

  it("any object is deleted as a directory object, with the permission of its kind; a contact tells its manager [directoryobject-delete, orgcontact-get-manager]", async () => {
    const [ann, boss] = [await newUser(graph, "del"), await newUser(graph, "boss")];
    const few = { roles: ["Group.ReadWrite.All"] };
    const url = `/directoryObjects/${ann}`;
    assertRefused(await send("DELETE", url, undefined, few), 403, "Authorization_RequestDenied");
    await step(204, "DELETE", url);
    await step(404, "GET", `/users/${ann}`);
    const { control } = graph.app;
    const values = { displayName: "contact" };
    const contact = control("create", { tenant: TENANT, kind: "orgContact", values }).id;
    await step(404, "GET", `/contacts/${contact}/manager`);
    control("link", { tenant: TENANT, relation: "manager", from: contact, to: boss });
    assert.equal((await step(200, "GET", `/contacts/${contact}/manager`))["id"], boss);
    const member = await newGroup(graph, "refs");
    await step(403, "POST", `/groups/${member}/acceptedSenders/$ref`, reference(boss, "users"));
    assert.deepEqual(valueOf(await send("GET", `/groups/${member}/permissionGrants`)), []);
  });

  contractHolds(graph);
});
