import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import { newGroup, newUser, reference } from "./testing/people.ts";
import { ACTING, assertDenied, personsOf } from "./testing/persons.ts";

const UNIFIED = { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false };

describe("what a directory role does not allow, with every permission", () => {
  const graph = graphFixture();
  const { as, holder } = personsOf(graph);
  let other = "";
  let boss = "";
  let unified = "";
  let security = "";
  let device = "";
  before(async () => {
    other = await newUser(graph, "other");
    boss = await newUser(graph, "boss");
    unified = await newGroup(graph, "unified", UNIFIED);
    security = await newGroup(graph, "security");
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
        assertDenied(await as(await holder(role), method, url(), body?.(), ACTING));
      for (const role of by) {
        const reply = await as(await holder(role), method, url(), body?.(), ACTING);
        // The second holder repeats the first one's change.
        assert.notEqual(reply.status, 403, `${role}: ${reply.text}`);
        assert.ok(reply.status < 500, reply.text);
      }
    });
});
