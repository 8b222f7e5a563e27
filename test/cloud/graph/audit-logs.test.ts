import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { contractHolds } from "./testing/contract-holds.ts";
import { APP, graphFixture, PRINCIPAL, TENANT, type Reply } from "./testing/graph-fixture.ts";
import {
  assertRefused,
  bindings,
  groupBody,
  linkIn,
  newGroup,
  newUser,
  valueOf,
} from "./testing/people.ts";

interface Target {
  readonly id: string;
  readonly displayName: string | null;
  readonly type: string;
  readonly userPrincipalName: string | null;
  readonly groupType: string | null;
  readonly modifiedProperties: readonly {
    readonly displayName: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
}

const LOGS = { roles: ["AuditLog.Read.All"] } as const;
const names = (reply: Reply): readonly unknown[] =>
  valueOf(reply).map((entry) => entry["activityDisplayName"]);

describe("the audit log", () => {
  const graph = graphFixture();
  const { send } = graph;
  const audits = (query = ""): Promise<Reply> =>
    send("GET", `/auditLogs/directoryAudits${query}`, undefined, LOGS);
  /** What these requests add to the log, oldest first. */
  const added = async (work: () => Promise<unknown>): Promise<readonly unknown[]> => {
    const count = valueOf(await audits()).length;
    await work();
    const all = await audits();
    return names(all)
      .slice(0, names(all).length - count)
      .toReversed();
  };

  /** Whether the log shows today's entries after so many days. */
  const kept = async (days: number, premium: boolean): Promise<boolean> => {
    graph.app.control("dayOffset", { tenant: TENANT, days });
    graph.app.control("conditions", { tenant: TENANT, premium });
    const found = valueOf(await audits()).length > 0;
    graph.app.control("conditions", { tenant: TENANT, premium: true });
    graph.app.control("dayOffset", { tenant: TENANT, days: 0 });
    return found;
  };

  it("is empty although the tenant was seeded [ours]", async () => {
    graph.app.control("seed", { tenant: TENANT, users: 5, groups: 2 });
    assert.deepEqual(valueOf(await audits()), []);
  });

  it("has what happened, to what, by whom [directoryaudit-list]", async () => {
    const id = await newUser(graph, "ann");
    await send("PATCH", `/users/${id}`, { jobTitle: "Clerk" });
    const reply = await audits();
    assert.equal(
      reply.body["@odata.context"],
      "https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits",
    );
    assert.deepEqual(names(reply), ["Update user", "Add user"]);
    const [update = {}] = valueOf(reply);
    assert.deepEqual(
      ["category", "result", "loggedByService", "operationType"].map((name) => update[name]),
      ["UserManagement", "success", "Core Directory", "Update"],
    );
    assert.deepEqual(update["initiatedBy"], {
      user: null,
      app: {
        appId: APP,
        displayName: APP,
        servicePrincipalId: PRINCIPAL,
        servicePrincipalName: null,
      },
    });
    const [target] = update["targetResources"] as readonly Target[];
    assert.deepEqual(
      [target?.id, target?.type, target?.userPrincipalName],
      [id, "User", "ann@contoso.com"],
    );
    assert.deepEqual(target?.modifiedProperties, [
      { displayName: "JobTitle", oldValue: "[]", newValue: '["Clerk"]' },
      { displayName: "Included Updated Properties", oldValue: null, newValue: '"JobTitle"' },
      { displayName: "TargetId.UserType", oldValue: null, newValue: '"Member"' },
    ]);
  });

  it("names the person who acts through an application [resources/auditactivityinitiator]", async () => {
    const person = await newUser(graph, "actor");
    await send("POST", "/groups", groupBody("by-person"), { person });
    const [owner = {}, group = {}] = valueOf(await audits("?$top=2"));
    assert.deepEqual(
      [owner["activityDisplayName"], group["activityDisplayName"]],
      ["Add owner to group", "Add group"],
    );
    assert.deepEqual(group["initiatedBy"], {
      app: null,
      user: {
        id: person,
        displayName: "actor",
        userPrincipalName: "actor@contoso.com",
        ipAddress: "127.0.0.1",
      },
    });
  });

  it("has one entry for each member of a PATCH, with the group's name [reference-audit-activities]", async () => {
    const group = await newGroup(graph, "team");
    const members = [await newUser(graph, "m1"), await newUser(graph, "m2")];
    const patch = () =>
      send("PATCH", `/groups/${group}`, { "members@odata.bind": bindings(members) });
    assert.deepEqual(await added(patch), ["Add member to group", "Add member to group"]);
    const [entry = {}] = valueOf(await audits("?$top=1"));
    const [user, holder] = entry["targetResources"] as readonly Target[];
    assert.deepEqual([user?.id, user?.type], [members[1], "User"]);
    assert.deepEqual([holder?.id, holder?.groupType], [group, "azureAD"]);
    assert.deepEqual(user?.modifiedProperties[1], {
      displayName: "Group.DisplayName",
      oldValue: null,
      newValue: '"team"',
    });
    const remove = () => send("DELETE", `/groups/${group}/members/${members[0]}/$ref`);
    assert.deepEqual(await added(remove), ["Remove member from group"]);
  });

  it("has nothing of a refused request, and nothing of a read [ours]", async () => {
    const nothing = await added(async () => {
      await send("PATCH", "/users/nobody@contoso.com", { jobTitle: "x" });
      await send("POST", "/groups", { displayName: "incomplete" });
      await send("GET", "/users");
      await send("POST", "/directoryObjects/getByIds", { ids: [PRINCIPAL] });
    });
    assert.deepEqual(nothing, []);
  });

  it("filters as its page lists, and refuses other filters [directoryaudit-list, attributes supported by $filter]", async () => {
    const id = await newUser(graph, "filtered");
    const count = async (filter: string): Promise<number> => {
      const reply = await audits(`?$filter=${encodeURIComponent(filter)}`);
      assert.equal(reply.status, 200, `${filter}: ${reply.text}`);
      return valueOf(reply).length;
    };
    assert.equal(await count(`targetResources/any(t: t/id eq '${id}')`), 1);
    assert.equal(await count("targetResources/any(t:t/displayName eq 'filtered')"), 1);
    assert.equal(await count("targetResources/any(x: startswith(x/displayName, 'filt'))"), 1);
    assert.ok((await count(`initiatedBy/app/appId eq '${APP}'`)) >= 4);
    assert.ok((await count("startswith(initiatedBy/user/userPrincipalName,'actor')")) >= 2);
    assert.equal(await count("initiatedBy/user/id eq '00000000-0000-0000-0000-000000000000'"), 0);
    assert.ok((await count("activityDisplayName eq 'Add user'")) >= 4);
    assert.ok(
      (await count(
        "startswith(activityDisplayName,'Add') and loggedByService eq 'Core Directory'",
      )) >= 4,
    );
    assert.equal(await count("activityDateTime le 2018-01-24"), 0);
    assert.ok((await count("activityDateTime ge 2018-01-24T00:00:00Z")) >= 4);
    const refused = await audits("?$filter=result eq 'success'");
    assert.equal(refused.status, 400, refused.text);
    assert.equal((await audits("?$filter=nonsense eq 'x'")).status, 400);
  });

  it("is read by pages, also while it grows, newest first or by $orderby [directoryaudit-list]", async () => {
    const whole = valueOf(await audits()).map((entry) => entry["id"]);
    const first = await audits("?$top=3");
    await newUser(graph, "later");
    const seen = valueOf(first).map((entry) => entry["id"]);
    let page = first;
    while ("@odata.nextLink" in page.body) {
      page = await send("GET", linkIn(page, "@odata.nextLink"), undefined, LOGS);
      seen.push(...valueOf(page).map((entry) => entry["id"]));
    }
    assert.deepEqual(seen, whole);
    const rising = await audits("?$orderby=activityDateTime asc&$top=3");
    assert.deepEqual(
      valueOf(rising).map((entry) => entry["id"]),
      whole.slice(-3).toReversed(),
    );
    const next = await send("GET", linkIn(rising, "@odata.nextLink"), undefined, LOGS);
    assert.equal(valueOf(next)[0]?.["id"], whole.at(-4));
    assert.equal((await audits("?$top=1001")).status, 400);
  });

  it("answers one entry by id [directoryaudit-get]", async () => {
    const [entry = {}] = valueOf(await audits("?$top=1"));
    const url = `/${encodeURIComponent(String(entry["id"]))}`;
    const { body } = await audits(url);
    assert.deepEqual(body["targetResources"], entry["targetResources"]);
    assertRefused(await audits("/none"), 404, "Request_ResourceNotFound");
  });

  it("needs AuditLog.Read.All, and of a person a role that reads logs [directoryaudit-list, permissions]", async () => {
    assertRefused(
      await send("GET", "/auditLogs/directoryAudits", undefined, { roles: ["Directory.Read.All"] }),
      403,
      "Authentication_MSGraphPermissionMissing",
    );
    const person = await newUser(graph, "reader");
    const read = () => send("GET", "/auditLogs/directoryAudits", undefined, { ...LOGS, person });
    assertRefused(await read(), 403, "Authentication_RequestFromUnsupportedUserRole");
    graph.app.control("addRole", { tenant: TENANT, principal: person, role: "Reports Reader" });
    assert.equal((await read()).status, 200);
  });

  it("shows seven days without a premium license, else thirty [reference-reports-data-retention]", async () => {
    assert.deepEqual(
      [await kept(6, false), await kept(8, false), await kept(8, true), await kept(31, true)],
      [true, false, true, false],
    );
  });

  contractHolds(graph);
});

it("an audit's properties are selected as the sample's tip says [directoryaudit-list, example 2]", async () => {
  // The page's list of query options lacks $select, so this is not held to the OpenAPI data.
  const { send } = graphFixture();
  await send("POST", "/groups", groupBody("selected"));
  const url = "/auditLogs/directoryAudits?$select=activityDateTime,activityDisplayName";
  const [entry = {}] = valueOf(await send("GET", url, undefined, LOGS));
  assert.deepEqual(Object.keys(entry), ["activityDateTime", "activityDisplayName"]);
});
