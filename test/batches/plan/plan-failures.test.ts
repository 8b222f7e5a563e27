import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { answer } from "../small-directory.ts";
import { openWorkshop, planRows } from "../workshop.ts";

const someone = "99999999-0000-4000-8000-000000000009";

describe("one row fails, with a reason and a fix", () => {
  const failing: readonly { when: string; row: object; says: RegExp; fix: RegExp }[] = [
    {
      when: "its user is neither a GUID nor a user principal name",
      row: { operation: "user.disable", user: "ann at contoso" },
      says: /^user must be an object id \(a GUID\), a user principal name, or one of mail:…, employeeId:…, /,
      fix: /new batch/,
    },
    {
      when: "several values break their rules",
      row: { operation: "user.create", userPrincipalName: "ann@", usageLocation: "Norway" },
      says: /^userPrincipalName must be .+; usageLocation must be .+; displayName is required\.$/,
      fix: /Correct the row/,
    },
    {
      when: "a required field is empty",
      row: { operation: "group.add-member", group: "Sales", member: "" },
      says: /^member is required\.$/,
      fix: /Correct the row/,
    },
    {
      when: "it clears a property that cannot be cleared",
      row: { operation: "user.update", user: "ann@contoso.com", displayName: null },
      says: /^displayName cannot be cleared\.$/,
      fix: /Correct the row/,
    },
    {
      when: "it fills a column of another operation",
      row: { operation: "user.disable", user: "ann@contoso.com", city: "Oslo" },
      says: /^city does not belong to user\.disable and must be empty\.$/,
      fix: /Correct the row/,
    },
    {
      when: "its own operation is unknown",
      row: { operation: "user.disabel", user: "ann@contoso.com" },
      says: /^operation is not a known operation\. Did you mean user\.disable\?$/,
      fix: /Use one of: .*group\.add-member/,
    },
    {
      when: "it names no operation",
      row: { user: "ann@contoso.com" },
      says: /^operation is required\.$/,
      fix: /Use one of/,
    },
    {
      when: "its user does not exist",
      row: { operation: "user.disable", user: "nobody@contoso.com" },
      says: /No object has the id or name in column user/,
      fix: /earlier row/,
    },
    {
      when: "its user's id does not exist",
      row: { operation: "user.delete", user: someone },
      says: /No object has the id or name in column user/,
      fix: /deleted/,
    },
    {
      when: "its group does not exist",
      row: { operation: "group.add-member", group: "Salez", member: "ann@contoso.com" },
      says: /column group/,
      fix: /spelling/,
    },
    {
      when: "two groups have its group's name",
      row: { operation: "group.add-member", group: "Twins", member: "ann@contoso.com" },
      says: /More than one object has the name in column group/,
      fix: /object id/,
    },
  ];
  for (const { when, row, says, fix } of failing) {
    it(`when ${when}`, async () => {
      const workshop = openWorkshop();
      workshop.directory.addUser("ann@contoso.com");
      workshop.directory.addGroup("Sales");
      workshop.directory.addGroup("Twins");
      workshop.directory.addGroup("Twins");
      const [planned] = await planRows(workshop, [row]);
      assert.equal(planned?.verdict, "failed");
      assert.match(planned?.reason ?? "", says);
      assert.match(planned?.fix ?? "", fix);
      assert.doesNotMatch(JSON.stringify(planned), /contoso|Norway|Salez/, "a value leaked");
    });
  }

  it("when Graph refuses to show its object, which does not count as missing", async () => {
    const workshop = openWorkshop();
    workshop.directory.intercept = (url) =>
      url.includes("odd%40") ? answer(400, {}, "Request_BadRequest") : undefined;
    const [planned] = await planRows(workshop, [
      { operation: "user.disable", user: "odd@contoso.com" },
    ]);
    assert.equal(planned?.verdict, "failed");
    assert.match(planned?.reason ?? "", /refused to show .+ \(Graph: 400 Request_BadRequest\)/);
  });

  it("when the list of groups with its name is incomplete, because another may follow", async () => {
    const workshop = openWorkshop();
    const { directory } = workshop;
    const member = directory.addUser("ann@contoso.com");
    const group = directory.addGroup("Sales");
    for (const value of [[], [{ id: group, groupTypes: [] }]]) {
      directory.intercept = (url) =>
        url.startsWith("/groups?")
          ? answer(200, { value, "@odata.nextLink": "https://graph.example/v1.0/groups?more" })
          : undefined;
      const row = { operation: "group.remove-member", group: "Sales", member };
      const [planned] = await planRows(workshop, [row], `b${value.length}`);
      assert.equal(planned?.verdict, "failed");
      assert.match(planned?.reason ?? "", /refused to show what column group names .+ cut short/);
    }
  });
});
