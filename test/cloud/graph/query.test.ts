import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { graphFixture, TENANT } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  EVENTUAL,
  idsIn,
  linkIn,
  newGroup,
  newUser,
  valueOf,
} from "./testing/people.ts";

const PEOPLE = [
  {
    name: "ada",
    department: "Sales",
    employeeId: "1",
    mobilePhone: "111",
    companyName: "Microsoft",
  },
  { name: "bea", department: "sales", employeeId: "2", otherMails: ["bea@home.org"] },
  { name: "cid", department: "Legal", accountEnabled: false, usageLocation: "GB" },
  { name: "dot", jobTitle: "O'Hara's clerk", employeeHireDate: "2024-05-01T00:00:00Z" },
  { name: "eli", department: "Legal", companyName: "Contoso" },
] as const;

const upTo = (count: number) => Array.from({ length: count }, (_, at) => String(at));
const anyOf = (count: number) =>
  upTo(count)
    .map((each) => `employeeId eq '${each}'`)
    .join(" or ");
const oneIn = (count: number) => `employeeId in ('${upTo(count).join("','")}')`;

describe("query options", async () => {
  const graph = graphFixture();
  const { send } = graph;
  for (const { name, ...more } of PEOPLE) await newUser(graph, name, more);
  const sku = "6fd2c87f-b296-42f0-b197-1e91e994b900";
  await send("POST", "/users/cid@contoso.com/assignLicense", {
    addLicenses: [{ skuId: sku, disabledPlans: [] }],
    removeLicenses: [],
  });

  const found = async (filter: string, advanced = false): Promise<string> => {
    const reply = await send(
      "GET",
      `/users?$select=displayName&$filter=${encodeURIComponent(filter)}${advanced ? "&$count=true" : ""}`,
      undefined,
      advanced ? EVENTUAL : {},
    );
    assert.equal(reply.status, 200, reply.text);
    return valueOf(reply)
      .map((one) => one["displayName"])
      .join(" ");
  };

  const plain: readonly (readonly [string, string])[] = [
    ["department eq 'SALES'", "ada bea"],
    ["department in ('Sales','Legal')", "ada bea cid eli"],
    ["accountEnabled eq false", "cid"],
    ["startsWith(displayName,'a') or startswith(displayName,'b')", "ada bea"],
    ["department eq 'Legal' and accountEnabled eq true", "eli"],
    ["(department eq 'Legal' or department eq 'Sales') and startsWith(displayName,'e')", "eli"],
    ["jobTitle eq 'O''Hara''s clerk'", "dot"],
    ["userPrincipalName eq 'ADA@contoso.com'", "ada"],
    ["displayName ge 'd'", "dot eli"],
    [
      "createdDateTime ge 2020-01-01 and createdDateTime le 2100-01-01T00:00:00Z",
      "ada bea cid dot eli",
    ],
    [`assignedLicenses/any(x:x/skuId eq ${sku})`, "cid"],
    ["otherMails/any(m:m eq 'BEA@home.org')", "bea"],
    ["otherMails/any(m:startsWith(m,'bea'))", "bea"],
  ];
  for (const [filter, names] of plain) {
    it(`$filter=${filter} works without advanced parameters [filter-query-parameter; aad-advanced-queries]`, async () => {
      assert.equal(await found(filter), names);
    });
  }

  const advanced: readonly (readonly [string, string])[] = [
    ["department ne 'Legal'", "ada bea dot"],
    ["not startsWith(displayName,'a')", "bea cid dot eli"],
    ["companyName ne null and not(companyName eq 'Microsoft')", "eli"],
    ["endsWith(userPrincipalName,'a@contoso.com')", "ada bea"],
    ["mobilePhone eq '111'", "ada"],
    ["department eq null", "dot"],
    ["assignedLicenses/$count eq 0", "ada bea dot eli"],
    ["employeeHireDate ge 2024-01-01T00:00:00Z", "dot"],
    ["NOT otherMails/any(m:m eq 'bea@home.org')", "ada cid dot eli"],
  ];
  for (const [filter, names] of advanced) {
    it(`$filter=${filter} needs ConsistencyLevel and $count [aad-advanced-queries]`, async () => {
      assert.equal(await found(filter, true), names);
      const without = await send("GET", `/users?$filter=${encodeURIComponent(filter)}`);
      assertRefused(without, 400, "Request_UnsupportedQuery", "$count=true");
      const half = await send(
        "GET",
        `/users?$filter=${encodeURIComponent(filter)}`,
        undefined,
        EVENTUAL,
      );
      assert.equal(half.status, 400);
    });
  }

  it("takes 15 alternatives without advanced parameters, and more with them [microsoft-graph-docs#21098]", async () => {
    for (const filter of [anyOf, oneIn]) {
      assert.equal(await found(filter(15)), "ada bea");
      assert.equal(await found(filter(16), true), "ada bea");
      assertRefused(
        await send("GET", `/users?$filter=${encodeURIComponent(filter(16))}`),
        400,
        "Request_UnsupportedQuery",
        "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15.",
      );
    }
  });

  it("a property that is not indexed is refused in advanced queries too [aad-advanced-queries, sample]", async () => {
    assertRefused(
      await send(
        "GET",
        "/groups?$filter=createdDateTime ge 2021-11-01&$count=true",
        undefined,
        EVENTUAL,
      ),
      400,
      "Request_UnsupportedQuery",
      "Unsupported or invalid query filter clause specified for property 'createdDateTime' of resource 'Group'.",
    );
  });

  const malformed = [
    ["department eq", "Expression expected at position 13"],
    ["department = 'x'", "Syntax error"],
    [
      "nonsense eq 'x'",
      "Could not find a property named 'nonsense' on type 'microsoft.graph.user'.",
    ],
    ["accountEnabled eq 'true'", "incompatible types"],
    ["createdDateTime ge '2020-01-01'", "incompatible types"],
    ["startsWith(displayName)", "Syntax error"],
    ["department eq 'x", "There is an unterminated string literal"],
    ["(department eq 'x'", "')' or operator expected"],
  ] as const;
  for (const [filter, says] of malformed) {
    it(`$filter=${filter} is a 400 that names the mistake [errors]`, async () => {
      const reply = await send("GET", `/users?$filter=${encodeURIComponent(filter)}`);
      assertRefused(reply, 400, "BadRequest", says);
    });
  }

  it("$select of an unknown property is refused [seen on the wire]", async () => {
    assertRefused(
      await send("GET", "/users?$select=id,color"),
      400,
      "BadRequest",
      "Parsing OData Select and Expand failed: Could not find a property named 'color' on type 'microsoft.graph.user'.",
    );
  });

  it("$count=true is ignored without the header; with it the first page has the count [aad-advanced-queries]", async () => {
    assert.equal("@odata.count" in (await send("GET", "/users?$count=true&$top=2")).body, false);
    const first = await send("GET", "/users?$count=true&$top=2", undefined, EVENTUAL);
    assert.equal(first.body["@odata.count"], 5);
    const second = await send("GET", linkIn(first, "@odata.nextLink"), undefined, EVENTUAL);
    assert.equal("@odata.count" in second.body, false);
  });

  it("/$count is plain text and needs the header [aad-advanced-queries]", async () => {
    assertRefused(
      await send("GET", "/users/$count"),
      400,
      "Request_BadRequest",
      "$count is not currently supported.",
    );
    const reply = await send("GET", "/users/$count", undefined, EVENTUAL);
    assert.deepEqual([reply.text, reply.headers["Content-Type"]], ["5", "text/plain"]);
  });

  it("$orderby displayName always works, but with a $filter only in advanced queries [aad-advanced-queries]", async () => {
    const down = await send("GET", "/users?$orderby=displayName desc&$select=displayName");
    assert.deepEqual(
      valueOf(down).map((one) => one["displayName"]),
      ["eli", "dot", "cid", "bea", "ada"],
    );
    const url = "/users?$orderby=displayName&$filter=accountEnabled eq true&$count=true";
    assertRefused(await send("GET", url), 400, "Request_UnsupportedQuery", "Sorting not supported");
    assert.equal((await send("GET", url, undefined, EVENTUAL)).status, 200);
    assertRefused(
      await send("GET", "/users?$orderby=jobTitle"),
      400,
      "Request_UnsupportedQuery",
      "Sorting not supported for current query.",
    );
  });

  it("an ordered page continues where the previous one stopped [paging]", async () => {
    const first = await send("GET", "/users?$orderby=displayName&$top=3&$select=displayName");
    const second = await send("GET", linkIn(first, "@odata.nextLink"));
    assert.deepEqual(
      [...valueOf(first), ...valueOf(second)].map((one) => one["displayName"]),
      ["ada", "bea", "cid", "dot", "eli"],
    );
  });

  it("$top goes from 1 to 999 [user-list]", async () => {
    for (const top of [0, 1000]) {
      assertRefused(
        await send("GET", `/users?$top=${top}`),
        400,
        "Request_UnsupportedQuery",
        `Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`,
      );
    }
  });

  it("$skip is not supported on directory objects [paging]", async () => {
    assert.equal((await send("GET", "/users?$skip=1")).status, 400);
  });

  it("$search finds words in display names, in advanced queries only [search-query-parameter]", async () => {
    await newGroup(graph, "rome", { displayName: "Grand Hotel Rome", description: "one" });
    await newGroup(graph, "oslo", { displayName: "Hotel Oslo", description: "two" });
    const url = '/groups?$search="displayName:hotel ro"&$select=displayName';
    assertRefused(
      await send("GET", url),
      400,
      "Request_UnsupportedQuery",
      "only works through MSGraph with a special request header",
    );
    assert.equal(valueOf(await send("GET", url, undefined, EVENTUAL)).length, 1);
    const either = '/groups?$search="displayName:rome" OR "description:two"&$select=id';
    assert.equal(idsIn(await send("GET", either, undefined, EVENTUAL)).length, 2);
  });

  it("$expand=manager shows one object, or leaves it out if there is none [user-list-manager]", async () => {
    const boss = String((await send("GET", "/users/ada@contoso.com?$select=id")).body["id"]);
    graph.app.control("link", {
      tenant: TENANT,
      relation: "manager",
      from: String((await send("GET", "/users/bea@contoso.com?$select=id")).body["id"]),
      to: boss,
    });
    const url = "/users?$expand=manager($select=id,displayName)&$select=displayName";
    const rows = valueOf(await send("GET", url));
    assert.deepEqual(rows[1], {
      displayName: "bea",
      manager: { "@odata.type": "#microsoft.graph.user", id: boss, displayName: "ada" },
    });
    assert.equal("manager" in (rows[0] ?? {}), false);
    assert.equal((await send("GET", `${url}&$count=true`, undefined, EVENTUAL)).status, 400);
  });

  it("an expired skip token has its own error; a changed one is refused [seen in issues]", async () => {
    const first = await send("GET", "/users?$top=2");
    const next = linkIn(first, "@odata.nextLink");
    graph.app.control("dayOffset", { tenant: TENANT, days: 1 });
    assertRefused(await send("GET", next), 400, "Directory_ExpiredPageToken");
    graph.app.control("dayOffset", { tenant: TENANT, days: 0 });
    assert.equal((await send("GET", `${next}x`)).status, 400);
  });

  it("a page may be empty and still have a nextLink [paging]", async () => {
    graph.app.control("conditions", { tenant: TENANT, emptyPages: 1 });
    const first = await send("GET", "/users?$select=id");
    assert.deepEqual(valueOf(first), []);
    const second = await send("GET", linkIn(first, "@odata.nextLink"));
    assert.equal(valueOf(second).length, 5);
    graph.app.control("conditions", { tenant: TENANT, emptyPages: 0 });
  });

  it("an unknown or repeated option is refused [OData]", async () => {
    assert.equal((await send("GET", "/users?$frobnicate=1")).status, 400);
    assert.equal((await send("GET", "/users?$top=1&$top=2")).status, 400);
  });

  contractHolds(graph);
});
