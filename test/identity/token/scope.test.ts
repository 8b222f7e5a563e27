import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkResource, scopeOf, toResource } from "../../../shared/identity/token/scope.ts";
import { adminConsentUrl, checkTenant } from "../../../shared/identity/token/tenant.ts";

describe("a resource's scope", () => {
  const table = [
    { of: "https://graph.microsoft.com", is: "https://graph.microsoft.com/.default" },
    { of: "https://graph.microsoft.com/.default", is: "https://graph.microsoft.com/.default" },
    { of: "https://database.windows.net/", is: "https://database.windows.net//.default" },
    { of: "https://database.windows.net//.default", is: "https://database.windows.net//.default" },
    // The audience of Azure SQL ends in a slash, also if the caller leaves it out.
    { of: "https://database.windows.net", is: "https://database.windows.net//.default" },
    { of: "https://database.windows.net/.default", is: "https://database.windows.net//.default" },
    { of: "api://contoso-hr", is: "api://contoso-hr/.default" },
    {
      of: "00000003-0000-0000-c000-000000000000",
      is: "00000003-0000-0000-c000-000000000000/.default",
    },
    { of: "https://api.contoso.com/v1/", is: "https://api.contoso.com/v1//.default" },
  ];
  for (const { of, is } of table) {
    it(`of ${of} is ${is}`, () => assert.equal(scopeOf(toResource(of)), is));
  }
});

describe("a scope is refused before the network", () => {
  const table = [
    { when: "it is empty", scope: " ", says: /No resource.*AADSTS700023/ },
    {
      when: "it names several resources",
      scope: "https://graph.microsoft.com/.default https://vault.azure.net/.default",
      says: /one resource, but several.*AADSTS28002/,
    },
    { when: "it is a permission", scope: "User.Read.All", says: /AADSTS70011/ },
    { when: "it is OpenID's", scope: "openid", says: /AADSTS70011/ },
    { when: "it is .default of nothing", scope: ".default", says: /AADSTS70011/ },
    { when: "it has a query", scope: "https://graph.microsoft.com?a=b", says: /AADSTS70011/ },
    {
      when: "something follows .default",
      scope: "https://graph.microsoft.com/.default/User.Read",
      says: /AADSTS70011/,
    },
  ];
  for (const { when, scope, says } of table) {
    it(`when ${when}`, () => {
      assert.throws(() => toResource(scope), {
        code: "SCOPE_INVALID",
        message: says,
        disposition: "refuse",
      });
    });
  }

  const allowed = new Set(["https://graph.microsoft.com", "https://database.windows.net/"]);

  for (const resource of ["https://api.defaultcorp.com", "api://x.default.example"]) {
    it(`but not when .default is part of a name: ${resource}`, () => {
      assert.equal(toResource(resource), resource);
      assert.equal(toResource(`${resource}/.default`), resource);
    });
  }

  it("when a permission was appended to an allowed resource", () => {
    assert.throws(() => checkResource("https://graph.microsoft.com/User.Read.All", allowed), {
      code: "SCOPE_INVALID",
      message: /permission was appended.*graph\.microsoft\.com.*AADSTS70011/,
    });
  });

  it("when the resource is not in the allow-list", () => {
    assert.throws(() => checkResource("https://graph.microsoft.com.evil.example", allowed), {
      code: "RESOURCE_NOT_ALLOWED",
      disposition: "refuse",
    });
  });
});

describe("a tenant", () => {
  const home = "11111111-2222-4333-8444-555555555555";
  const allowed = new Set([home]);

  it("is accepted by its id in any case of letters", () => {
    assert.equal(checkTenant(home.toUpperCase(), allowed), home);
  });

  const table = [
    { tenant: "common", says: /"common" is no tenant.*AADSTS50059/ },
    { tenant: "Organizations", says: /"organizations" is no tenant/ },
    { tenant: "consumers", says: /personal Microsoft accounts/ },
    { tenant: "9188040D-6C67-4C5B-B112-36A304B66DAD", says: /personal Microsoft accounts/ },
    { tenant: "contoso.onmicrosoft.com", says: /named by its id/ },
    { tenant: "constructor", says: /named by its id/ },
    { tenant: "99999999-2222-4333-8444-555555555555", says: /allow-list.*ALLOWED_TENANTS/ },
  ];
  for (const { tenant, says } of table) {
    it(`is refused as ${tenant}`, () => {
      assert.throws(() => checkTenant(tenant, allowed), {
        code: "TENANT_NOT_ALLOWED",
        message: says,
      });
    });
  }

  it("has a page on which its administrator consents", () => {
    assert.equal(
      adminConsentUrl("login.microsoftonline.com", home, "abc"),
      `https://login.microsoftonline.com/${home}/adminconsent?client_id=abc`,
    );
  });
});
