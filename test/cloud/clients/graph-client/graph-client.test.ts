import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../../local-cloud.ts";
import { startCloud } from "../../start-cloud.ts";
import { runClient } from "../run-client.ts";

type Facts = Readonly<Record<string, unknown>>;

/** The v1.0 default properties of a user (resources/user). */
const USER = [
  "@odata.context",
  "businessPhones",
  "displayName",
  "givenName",
  "id",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
];

const metadata = (what: string): string => `https://graph.microsoft.com/v1.0/$metadata#${what}`;

const refused = (refusal: unknown, statusCode: number, code: string, says = /./): void => {
  const { message, ...rest } = refusal as { message: string };
  assert.deepEqual(rest, { statusCode, code, hasRequestId: true });
  assert.match(message, says);
};

describe("@microsoft/microsoft-graph-client, unchanged", () => {
  const users = 230;
  const speed = 10;
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({
      storage: false,
      latency: false,
      speed,
      graph: { seed: { users, groups: 20 } },
    });
  });
  after(() => cloud.close());

  const run = (program: string): Promise<Facts> =>
    runClient(cloud, `graph-client/${program}`, {
      tenantId: cloud.home.tenantId,
      domain: cloud.home.domain,
      clientId: cloud.tools.clientId,
      clientSecret: cloud.tools.clientSecret,
      control: cloud.urls.control,
    });

  it("reads, changes, licenses, deletes, restores and invites users", async () => {
    const facts = await run("users");
    assert.deepEqual(
      facts["firstPage"],
      Array.from({ length: 5 }, () => ["displayName", "id"]),
    );
    assert.equal(facts["context"], metadata("users(id,displayName)"));
    assert.equal(facts["seen"], users, "its page iterator visits every user once");
    const counted = facts["counted"] as { value: { displayName: string }[] };
    const names = counted.value.map(({ displayName }) => displayName);
    assert.ok(Number((counted as Facts)["@odata.count"]) > 200);
    assert.deepEqual(names, names.toSorted().toReversed(), "descending");
    assert.ok(Number(facts["found"]) > 0, "$search finds");
    assert.equal(Number(facts["count"]), users);
    assert.deepEqual([facts["created"], facts["read"], facts["sameId"]], [USER, USER, true]);
    assert.match(
      String(facts["contentType"]),
      /^application\/json; ?odata\.metadata=minimal;.*charset=utf-8$/,
    );
    assert.deepEqual(facts["headers"], [true, true, true, true]);
    assert.deepEqual(facts["changed"], {
      "@odata.context": metadata("users(jobTitle,usageLocation)/$entity"),
      jobTitle: "Engineer",
      usageLocation: "CH",
    });
    assert.deepEqual(
      [facts["manager"], facts["expanded"], facts["reports"]],
      ["#microsoft.graph.user", true, 1],
    );
    refused(facts["noManager"], 404, "Request_ResourceNotFound", /'manager' does not exist/);
    assert.deepEqual([facts["licensed"], facts["details"]], [metadata("users/$entity"), [true]]);
    assert.deepEqual(facts["revoked"], { "@odata.context": metadata("Edm.Boolean"), value: true });
    refused(facts["gone"], 404, "Request_ResourceNotFound");
    assert.deepEqual([facts["deleted"], facts["restored"]], [["sdk-ann"], "#microsoft.graph.user"]);
    refused(facts["purged"], 404, "Request_ResourceNotFound");
    assert.equal(facts["invitation"], "PendingAcceptance");
    const { userType, externalUserState, mail } = facts["guest"] as Facts;
    assert.deepEqual(
      [userType, externalUserState, mail],
      ["Guest", "PendingAcceptance", "guest@fabrikam.com"],
    );
  });

  it("creates groups, adds and removes members and owners, and follows delta queries", async () => {
    const facts = await run("groups");
    assert.equal(facts["created"], metadata("groups/$entity"));
    refused(facts["again"], 400, "Request_BadRequest", /already exist.*'members'/);
    refused(facts["twice"], 404, "Request_ResourceNotFound");
    assert.deepEqual(facts["members"], [30, 30], "page by page, each once");
    assert.equal(facts["typed"], 30);
    assert.equal(facts["expanded"], 20, "$expand is cut at 20");
    refused(facts["lastOwner"], 400, "Request_BadRequest", /at least one owner/);
    assert.equal(facts["owners"], true);
    assert.equal(facts["memberOfContext"], metadata("directoryObjects"));
    assert.deepEqual(
      ["memberOf", "transitive", "check", "all", "unitMembers"].map((name) => facts[name]),
      [true, true, true, true, true],
    );
    assert.deepEqual(facts["byIds"], ["#microsoft.graph.user", "#microsoft.graph.group"]);
    assert.deepEqual(facts["upserted"], [true, "changed", "sdk-upsert"]);
    assert.deepEqual(facts["changes"], {
      group: [
        {
          "@odata.type": "#microsoft.graph.user",
          id: facts["bob"],
          "@removed": { reason: "deleted" },
        },
      ],
      outer: { reason: "changed" },
    });
    assert.deepEqual([facts["quiet"], facts["restored"]], [0, true]);
    refused(facts["purge"], 403, "Authorization_RequestDenied");
  });

  it("registers applications, creates secrets that can sign in, assigns and expands roles", async () => {
    const facts = await run("applications");
    assert.equal(facts["created"], metadata("applications/$entity"));
    assert.deepEqual(
      [facts["principal"], facts["secret"]],
      [
        [true, 1],
        ["string", 200],
      ],
    );
    assert.deepEqual(facts["assignment"], [true, "User"]);
    refused(facts["twice"], 400, "Request_BadRequest", /already exists/);
    assert.deepEqual(facts["granted"], ["Microsoft Graph", [true]]);
    assert.deepEqual(
      [facts["expanded"], facts["owners"], facts["deleted"]],
      [[true], true, [true]],
    );
    assert.equal((facts["renamed"] as Facts)["displayName"], "SDK renamed");
    refused(facts["gone"], 404, "Request_ResourceNotFound");
  });

  it("batches: 20 in parallel, a chain with a failure in it, and invalid batches", async () => {
    const facts = await run("batch");
    assert.deepEqual(
      facts["created"],
      Array.from({ length: 20 }, () => 201),
    );
    assert.deepEqual(
      facts["names"],
      Array.from({ length: 20 }, (_, index) => `batch-${index}`),
      "each answer belongs to its request",
    );
    assert.deepEqual(facts["chained"], [
      ["rename", 204, null],
      ["read", 200, "Renamed"],
      ["missing", 404, "Request_ResourceNotFound"],
      ["delete", 424, "FailedDependency"],
    ]);
    assert.equal(facts["stillThere"], "batch-1");
    assert.equal((facts["count"] as unknown[])[0], 200);
    refused(facts["tooMany"], 400, "BadRequest", /exceeds the limit/);
    refused(facts["twins"], 400, "BadRequest", /unique/);
  });

  it("understands refusals, and its retry handler honors Retry-After", async () => {
    const facts = await run("errors");
    refused(facts["missing"], 404, "Request_ResourceNotFound");
    refused(facts["malformed"], 400, "Request_BadRequest", /Invalid object identifier/);
    refused(facts["incomplete"], 400, "Request_BadRequest", /A value is required/);
    refused(facts["unsupported"], 400, "Request_UnsupportedQuery", /ConsistencyLevel/);
    refused(facts["misspelled"], 400, "BadRequest", /Could not find a property named/);
    refused(facts["unknown"], 400, "BadRequest", /Resource not found for the segment/);
    refused(facts["filter"], 400, "BadRequest", /Invalid filter clause/);
    refused(facts["me"], 400, "BadRequest", /delegated authentication flow/);
    for (const name of ["throttled", "overloaded", "gateway"]) {
      const { answered, struck, waitedMs } = facts[name] as Facts;
      assert.deepEqual([answered, struck], [true, 2], name);
      assert.ok(Number(waitedMs) >= (2 * 10_000) / speed, `${name}: ${Number(waitedMs)} ms`);
    }
    assert.equal((facts["givenUp"] as Facts)["answered"], false);
  });
});
