import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OperatorError } from "../../../shared/core/errors.ts";
import { answer } from "../small-directory.ts";
import { home } from "../workshop.ts";
import { NEVER, planned } from "./planned-batch.ts";

/** A list whose third page Graph refuses. */
async function* cutShort(): AsyncGenerator<Readonly<Record<string, unknown>>[]> {
  yield [{ principalId: NEVER }];
  throw new OperatorError("READ_INCOMPLETE", "Page 3 of a listing was refused with 403.", {
    fix: "",
    disposition: "stop",
  });
}

describe("a batch is held when nobody can tell what is protected", () => {
  const refused: { when: string; url: string; status: number; code: string; says: RegExp }[] = [
    {
      when: "role assignments may not be read",
      url: "/roleManagement/directory/roleAssignments",
      status: 403,
      code: "Authorization_RequestDenied",
      says: /whether the user holds a directory role: .*403 Authorization_RequestDenied; it takes RoleManagement\.Read\.Directory/,
    },
    {
      when: "eligible assignments may not be read",
      url: "/roleManagement/directory/roleEligibilityScheduleInstances",
      status: 403,
      code: "UnknownError",
      says: /is eligible for a directory role: .*403 UnknownError; it takes RoleManagement/,
    },
    {
      when: "role-assignable groups may not be read",
      url: "/groups?$filter=isAssignableToRole",
      status: 403,
      code: "Authorization_RequestDenied",
      says: /403 Authorization_RequestDenied; it takes GroupMember\.Read\.All/,
    },
    {
      when: "the group of the emergency accounts is gone",
      url: "/groups/00000002-0000-4000-8000-000000000002/transitiveMembers",
      status: 404,
      code: "Request_ResourceNotFound",
      says: /is a member of the protected group .*404 Request_ResourceNotFound/,
    },
    {
      when: "the filter is none",
      url: "/users?$filter=startswith",
      status: 400,
      code: "Request_UnsupportedQuery",
      says: /matches PROTECTED_FILTER: .*400 Request_UnsupportedQuery/,
    },
  ];
  for (const { when, url, status: http, code, says } of refused) {
    it(`because ${when}`, async () => {
      const { status, finding } = await planned(
        ({ vip }) => [{ operation: "user.disable", user: vip }],
        ({ tier0 }, directory) => {
          directory.intercept = (each) =>
            decodeURIComponent(each).startsWith(url) ? answer(http, {}, code) : undefined;
          const groups = [{ tenant: home, id: tier0 }];
          return { roleHolders: true, groups, filter: "startswith(userPrincipalName,'x-')" };
        },
      );
      assert.deepEqual([status.state, finding?.held, finding?.count], ["held", true, 2]);
      assert.match(finding?.reason ?? "", /nobody can tell whether/);
      assert.match(finding?.reason ?? "", says);
    });
  }

  it("because a list has a page that is refused, also for who was not on those before", async () => {
    const { status, finding } = await planned(
      ({ vip }) => [{ operation: "user.disable", user: vip }],
      (_, directory) => {
        const first = { value: [{ principalId: NEVER }], "@odata.nextLink": "https://x" };
        directory.intercept = (url) =>
          url.includes("roleAssignments") ? answer(200, first) : undefined;
        directory.pages = cutShort;
        return { roleHolders: true };
      },
    );
    assert.deepEqual([status.state, finding?.held], ["held", true]);
    assert.match(finding?.reason ?? "", /Page 3 of a listing was refused with 403/);
  });

  it("but a tenant without the license for eligibility has nobody who is eligible", async () => {
    const { status } = await planned(
      ({ vip }) => [{ operation: "user.disable", user: vip }],
      (_, directory) => {
        directory.intercept = (url) =>
          url.includes("Eligibility") ? answer(400, {}, "AadPremiumLicenseRequired") : undefined;
        return { roleHolders: true };
      },
    );
    assert.equal(status.state, "accepted");
  });
});
