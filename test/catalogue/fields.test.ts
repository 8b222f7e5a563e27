import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { catalogue } from "../../shared/operations/list.ts";
import { userProperties } from "../../shared/operations/user/user-properties.ts";

const read = (field: keyof typeof userProperties, raw: unknown): unknown => {
  const result = userProperties[field].read(raw);
  return "value" in result ? result.value : result.broken;
};

describe("a cell becomes a value, or says which rule it breaks", () => {
  const table: { field: keyof typeof userProperties; raw: unknown; gives: unknown }[] = [
    { field: "accountEnabled", raw: "TRUE", gives: true },
    { field: "accountEnabled", raw: "yes", gives: "must be true or false" },
    { field: "businessPhones", raw: "+1 555", gives: ["+1 555"] },
    { field: "businessPhones", raw: "1|2", gives: "must have at most 1 entry" },
    { field: "otherMails", raw: "a@x.org | b@x.org", gives: ["a@x.org", "b@x.org"] },
    { field: "employeeHireDate", raw: "2026-11-21", gives: "2026-11-21T00:00:00Z" },
    { field: "employeeHireDate", raw: "2026-02-30", gives: "is not a date in the calendar" },
    { field: "usageLocation", raw: "de", gives: "DE" },
    { field: "usageLocation", raw: "DEU", gives: "must be a two-letter country code (ISO 3166)" },
    { field: "userType", raw: "guest", gives: "Guest" },
    { field: "displayName", raw: "a\u0000b", gives: "must not hold control characters" },
    { field: "department", raw: "x".repeat(65), gives: "must be at most 64 characters" },
    {
      field: "employeeOrgData",
      raw: '{"division":"A","costCenter":"1"}',
      gives: { division: "A", costCenter: "1" },
    },
    {
      field: "employeeOrgData",
      raw: '{"division":"A"}',
      gives: "must be a JSON object with both of division, costCenter",
    },
  ];
  for (const { field, raw, gives } of table) {
    it(`${field}: ${JSON.stringify(raw).slice(0, 40)}`, () =>
      assert.deepEqual(read(field, raw), gives));
  }

  it("userPrincipalName accepts what Graph accepts, and no accents", () => {
    const ok = [
      "o'brien@contoso.com",
      "a.b-c_d!e#f^g~h@x.org",
      "x_contoso.com#EXT#@fab.onmicrosoft.com",
    ];
    for (const name of [
      "é@x.org",
      "a b@x.org",
      "@x.org",
      "a@x",
      ".a@x.org",
      "a.@x.org",
      "a@b@c.de",
    ]) {
      assert.match(String(read("userPrincipalName", name)), /must be a user principal name/, name);
    }
    for (const name of ok) assert.equal(read("userPrincipalName", name), name);
  });

  it("never repeats the value it refuses", () => {
    for (const [name, field] of Object.entries(userProperties)) {
      const result = field.read({ secret: "s3cr3t-value" });
      assert.ok("broken" in result, name);
      assert.doesNotMatch(result.broken, /s3cr3t/);
    }
  });

  it("no operation has a field for a password", () => {
    for (const { fields } of Object.values(catalogue)) {
      assert.ok(
        !Object.keys(fields).some((name) => name === "passwordProfile" || name === "password"),
      );
    }
  });
});
