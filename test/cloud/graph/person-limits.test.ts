import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { newGroup, newUser, reference, UNIFIED } from "./testing/people.ts";
import { ACTING, assertDenied, personsOf } from "./testing/persons.ts";

const ALL = [
  ...ACTING,
  "CustomSecAttributeAssignment.ReadWrite.All",
  "Policy.ReadWrite.ApplicationConfiguration",
];

describe("what a directory role does not allow, with every permission", () => {
  const graph = graphFixture();
  const { as, holder } = personsOf(graph);
  let other = "";
  let boss = "";
  let unified = "";
  let security = "";
  let device = "";
  let application = "";
  let principal = "";
  before(async () => {
    other = await newUser(graph, "other");
    boss = await newUser(graph, "boss");
    unified = await newGroup(graph, "unified", UNIFIED);
    security = await newGroup(graph, "security");
    const made = await graph.send("POST", "/applications", { displayName: "app" });
    application = String(made.body["id"]);
    const { body } = await graph.send("POST", "/servicePrincipals", { appId: made.body["appId"] });
    principal = String(body["id"]);
    device = graph.app.control("create", {
      tenant: TENANT,
      kind: "device",
      values: { accountEnabled: true, deviceId: "d1", operatingSystem: "Windows" },
    }).id;
  });

  const byRoles: readonly {
    readonly what: string;
    readonly source: string;
    readonly method: string;
    readonly url: () => string;
    readonly body?: () => unknown;
    readonly by?: readonly string[];
    readonly notBy: readonly string[];
  }[] = [
    {
      what: "licenses of a user",
      source: "user-assignlicense, roles",
      method: "POST",
      url: () => `/users/${other}/assignLicense`,
      body: () => ({ addLicenses: [], removeLicenses: [] }),
      by: ["License Administrator"],
      notBy: ["Groups Administrator"],
    },
    {
      what: "members of a Microsoft 365 group",
      source: "permissions-reference, Intune Administrator",
      method: "POST",
      url: () => `/groups/${unified}/members/$ref`,
      body: () => reference(other),
      by: ["Groups Administrator", "Teams Administrator"],
      notBy: ["Intune Administrator"],
    },
    {
      what: "members of a security group",
      source: "permissions-reference, groups.security/members/update",
      method: "POST",
      url: () => `/groups/${security}/members/$ref`,
      body: () => reference(other),
      by: ["Intune Administrator"],
      notBy: ["Teams Administrator"],
    },
    {
      what: "sponsors",
      source: "permissions-reference, users/sponsors/update",
      method: "POST",
      url: () => `/users/${other}/sponsors/$ref`,
      body: () => reference(boss),
      by: ["User Administrator", "Directory Writers"],
      notBy: ["Authentication Administrator", "Intune Administrator"],
    },
    {
      what: "the usage location",
      source: "permissions-reference, users/usageLocation/update",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: () => ({ usageLocation: "CH" }),
      by: ["License Administrator", "User Administrator"],
      notBy: ["Directory Writers", "Authentication Administrator"],
    },
    {
      what: "the leave date",
      source: "tutorial-lifecycle-workflows-set-employeeleavedatetime",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: () => ({ employeeLeaveDateTime: "2027-01-01T00:00:00Z" }),
      by: ["Global Administrator"],
      notBy: ["User Administrator"],
    },
    {
      what: "a mobile phone",
      source: "privileged-roles-permissions, who can reset passwords",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: () => ({ mobilePhone: "1" }),
      by: ["Helpdesk Administrator"],
      notBy: ["License Administrator"],
    },
    {
      what: "who has a device",
      source: "device-post-registeredowners, roles",
      method: "POST",
      url: () => `/devices/${device}/registeredUsers/$ref`,
      body: () => reference(other),
      by: ["Intune Administrator", "Windows 365 Administrator"],
      notBy: ["Cloud Device Administrator"],
    },
    {
      what: "the name of a device",
      source: "permissions-reference, Cloud Device Administrator",
      method: "PATCH",
      url: () => `/devices/${device}`,
      body: () => ({ extensionAttributes: { extensionAttribute1: "x" } }),
      by: ["Intune Administrator"],
      notBy: ["Cloud Device Administrator"],
    },
    {
      what: "whether a device is enabled",
      source: "permissions-reference, devices/disable",
      method: "PATCH",
      url: () => `/devices/${device}`,
      body: () => ({ accountEnabled: false }),
      by: ["Cloud Device Administrator"],
      notBy: ["Helpdesk Administrator"],
    },
    {
      what: "a consent for everybody",
      source: "permissions-reference, Application Developer",
      method: "POST",
      url: () => "/oauth2PermissionGrants",
      body: () => ({ consentType: "AllPrincipals" }),
      by: ["Cloud Application Administrator"],
      notBy: ["Application Developer"],
    },
    {
      what: "the end of a consent",
      source: "permissions-reference, oAuth2PermissionGrants",
      method: "DELETE",
      url: () => "/oauth2PermissionGrants/none",
      by: ["Application Administrator", "User Administrator"],
      notBy: ["Directory Writers", "Hybrid Identity Administrator"],
    },
    {
      what: "a group's members, by those who govern access",
      source: "permissions-reference, Identity Governance Administrator",
      method: "POST",
      url: () => `/groups/${security}/members/$ref`,
      body: () => reference(boss),
      by: ["Identity Governance Administrator", "Knowledge Manager"],
      notBy: ["License Administrator"],
    },
    {
      what: "a group's owners",
      source: "permissions-reference, groups/owners/update",
      method: "POST",
      url: () => `/groups/${security}/owners/$ref`,
      body: () => reference(boss),
      by: ["Intune Administrator"],
      notBy: ["Identity Governance Administrator"],
    },
    {
      what: "who sees a Microsoft 365 group",
      source: "permissions-reference, groups/visibility/update",
      method: "PATCH",
      url: () => `/groups/${unified}`,
      body: () => ({ visibility: "Private" }),
      by: ["Groups Administrator"],
      notBy: ["Teams Administrator"],
    },
    {
      what: "a license of a group",
      source: "permissions-reference, groups/assignLicense",
      method: "POST",
      url: () => `/groups/${security}/assignLicense`,
      body: () => ({ addLicenses: [], removeLicenses: [] }),
      by: ["Groups Administrator", "License Administrator"],
      notBy: ["Intune Administrator"],
    },
    {
      what: "settings of a group",
      source: "permissions-reference, groups/settings/update",
      method: "POST",
      url: () => `/groups/${unified}/settings`,
      body: () => ({}),
      by: ["Directory Writers"],
      notBy: ["Teams Administrator", "Intune Administrator"],
    },
    {
      what: "settings of all groups",
      source: "groupsetting-delete, roles",
      method: "DELETE",
      url: () => "/groupSettings/none",
      by: ["Groups Administrator", "Directory Writers"],
      notBy: ["User Administrator"],
    },
    {
      what: "the name of an application",
      source: "permissions-reference, Hybrid Identity Administrator",
      method: "PATCH",
      url: () => `/applications/${application}`,
      body: () => ({ displayName: "renamed" }),
      by: ["Hybrid Identity Administrator"],
      notBy: ["Application Developer", "Directory Writers"],
    },
    {
      what: "a secret of an application",
      source: "permissions-reference, applications/credentials/update",
      method: "POST",
      url: () => `/applications/${application}/addPassword`,
      body: () => ({}),
      by: ["Cloud Application Administrator"],
      notBy: ["Hybrid Identity Administrator"],
    },
    {
      what: "a directory extension",
      source: "permissions-reference, applications/extensionProperties/update",
      method: "POST",
      url: () => `/applications/${application}/extensionProperties`,
      body: () => ({ name: "x", dataType: "String", targetObjects: ["User"] }),
      by: ["Directory Writers", "Application Administrator"],
      notBy: ["Hybrid Identity Administrator"],
    },
    {
      what: "a policy for applications",
      source: "permissions-reference, policies/create",
      method: "POST",
      url: () => "/policies/tokenLifetimePolicies",
      body: () => ({}),
      by: ["Application Administrator", "Security Administrator"],
      notBy: ["Hybrid Identity Administrator"],
    },
    {
      what: "whether a user is enabled",
      source: "permissions-reference, users/disable",
      method: "PATCH",
      url: () => `/users/${other}`,
      body: () => ({ accountEnabled: true }),
      by: ["Security Operator", "Authentication Administrator"],
      notBy: ["Helpdesk Administrator", "Intune Administrator"],
    },
    {
      what: "custom security attributes",
      source: "custom-security-attributes-overview",
      method: "PATCH",
      url: () => `/servicePrincipals/${principal}`,
      body: () => ({ customSecurityAttributes: {} }),
      by: ["Attribute Assignment Administrator"],
      notBy: ["Global Administrator", "Attribute Assignment Reader"],
    },
    {
      what: "the log of changes",
      source: "permissions-reference, auditLogs/allProperties/read",
      method: "GET",
      url: () => "/auditLogs/directoryAudits",
      by: ["Application Administrator", "Cloud Device Administrator", "Reports Reader"],
      notBy: [],
    },
    {
      what: "the schedules of roles",
      source: "rbacapplication-list-roleeligibilityschedules, roles",
      method: "GET",
      url: () => "/roleManagement/directory/roleEligibilitySchedules",
      by: ["Global Reader", "Security Reader"],
      notBy: ["User Administrator"],
    },
  ];
  for (const { what, source, method, url, body, by = [], notBy } of byRoles)
    it(`${what}: ${by.join(", ")}, but not ${notBy.join(", ")} [${source}]`, async () => {
      for (const role of notBy)
        assertDenied(await as(await holder(role), method, url(), body?.(), ALL));
      for (const role of by) {
        const reply = await as(await holder(role), method, url(), body?.(), ALL);
        // The second holder repeats the first one's change.
        assert.notEqual(reply.status, 403, `${role}: ${reply.text}`);
        assert.ok(reply.status < 500, reply.text);
      }
    });
});
