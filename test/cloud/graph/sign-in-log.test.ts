import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import type { SignInEvent } from "../entra/people/person.ts";
import { contractHolds } from "./testing/contract-holds.ts";
import { APP, graphFixture, TENANT, type Reply } from "./testing/graph-fixture.ts";
import { assertRefused, linkIn, newUser, valueOf } from "./testing/people.ts";

const LOGS = { roles: ["AuditLog.Read.All"] } as const;

describe("the log of sign-ins", () => {
  const graph = graphFixture();
  const { send } = graph;
  const list = (query = "", call: object = LOGS): Promise<Reply> =>
    send("GET", `/auditLogs/signIns${query}`, undefined, call);
  let id = "";
  const signIn = (more: Partial<SignInEvent> = {}): void =>
    graph.app.people.noteSignIn(TENANT, {
      person: { id, userPrincipalName: "ann@contoso.com", displayName: "ann" },
      appId: APP,
      appDisplayName: "Graph Tools",
      resourceAppId: "00000003-0000-0000-c000-000000000000",
      resourceDisplayName: "Microsoft Graph",
      correlationId: "d79f5bee-5860-4832-928f-3133e22ae912",
      userAgent: "Mozilla/5.0",
      isInteractive: true,
      errorCode: 0,
      failureReason: null,
      ...more,
    });
  before(async () => {
    id = await newUser(graph, "ann");
    signIn();
    signIn({ errorCode: 50_105, failureReason: "Your administrator has configured …" });
    signIn({ isInteractive: false });
  });

  it("has the interactive ones, newest first [signin-list]", async () => {
    const reply = await list();
    assert.deepEqual(
      valueOf(reply).map((entry) => [
        (entry["status"] as { errorCode: number }).errorCode,
        entry["userId"],
        entry["isInteractive"],
        entry["clientAppUsed"],
      ]),
      [
        [50_105, id, true, "Browser"],
        [0, id, true, "Browser"],
      ],
    );
    const [entry = {}] = valueOf(reply);
    assert.deepEqual((await list(`/${String(entry["id"])}`)).body["status"], entry["status"]);
  });

  it("agrees with signInActivity, where failures and refreshes count [resources/signinactivity]", async () => {
    const { body } = await send("GET", `/users/${id}?$select=signInActivity`);
    const activity = body["signInActivity"] as unknown as Readonly<Record<string, unknown>>;
    const [failed = {}] = valueOf(await list());
    assert.equal(activity["lastSignInRequestId"], failed["id"]);
    const refreshed = activity["lastNonInteractiveSignInRequestId"];
    assert.ok(typeof refreshed === "string" && refreshed !== failed["id"]);
    assert.equal(activity["lastSuccessfulSignInRequestId"], refreshed);
  });

  it("is no change of the user: not in the audit log, nor in delta [ours]", async () => {
    const first = await send("GET", "/users/delta");
    signIn({ isInteractive: false });
    const next = await send("GET", linkIn(first, "@odata.deltaLink"));
    assert.deepEqual(valueOf(next), []);
    const audits = await send("GET", "/auditLogs/directoryAudits", undefined, LOGS);
    assert.deepEqual(
      valueOf(audits).map((entry) => entry["activityDisplayName"]),
      ["Add user"],
    );
  });

  it("filters as its page lists [resources/signin]", async () => {
    const count = async (filter: string): Promise<number> => {
      const reply = await list(`?$filter=${encodeURIComponent(filter)}`);
      assert.equal(reply.status, 200, `${filter}: ${reply.text}`);
      return valueOf(reply).length;
    };
    assert.equal(await count("startsWith(appDisplayName,'Graph')"), 2);
    assert.equal(await count("status/errorCode eq 50105"), 1);
    assert.equal(await count(`userId eq '${id}' and createdDateTime ge 2020-01-01T00:00:00Z`), 2);
    assert.equal(await count("startsWith(location/city,'Zu')"), 0);
    assert.equal(await count("userPrincipalName eq 'someone@contoso.com'"), 0);
    assert.equal((await list("?$filter=isInteractive eq true")).status, 400);
  });

  it("needs a premium tenant, as its reader's permissions and roles [resources/signin, signin-list]", async () => {
    graph.app.control("conditions", { tenant: TENANT, premium: false });
    assertRefused(
      await list(),
      403,
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
      "Neither tenant is B2C or tenant doesn't have premium license",
    );
    graph.app.control("conditions", { tenant: TENANT, premium: true });
    assertRefused(await list("", { roles: [] }), 403, "Authentication_MSGraphPermissionMissing");
    assertRefused(
      await list("", { ...LOGS, person: id }),
      403,
      "Authentication_RequestFromUnsupportedUserRole",
    );
  });

  contractHolds(graph);
});
