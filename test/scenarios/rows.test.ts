import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";

/** A row of report.json. */
interface Told {
  readonly row: number;
  readonly verdict: string;
  readonly reason?: string;
  readonly fix?: string;
  readonly objectId?: string;
  readonly requestId?: string;
  readonly status?: number;
}

type Row = Readonly<Record<string, unknown>>;

const group = "O'Brien's & Sons #1 (50 %), Zürich";
const irish = "o'brien@contoso.com";
const odd = "a#b!c^d~e@contoso.com";
const newcomer = "new.one@contoso.com";
/** Used in values only: if it appears elsewhere, a value leaked. */
const secret = "Zyzzyva";

const add = (name: string, member: string): Row => ({
  operation: "group.add-member",
  group: name,
  member,
});
const update = (user: string, set: Row): Row => ({ operation: "user.update", user, ...set });

describe("rows of all kinds in one batch", () => {
  let stage: Stage;
  const ids = new Map<string, string>();
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 10, groups: 1 } } },
      // One row names a privileged user, to show what Graph says.
      settings: async ({ control, home: { tenantId, clientId: appId } }) => {
        await control.grantConsent({ tenantId, appId, roles: ["Group.ReadWrite.All"] });
        return { MAX_INVALID_ROWS_PERCENT: "60", PROTECT_ROLE_HOLDERS: "off" };
      },
    });
    const { control } = stage.cloud;
    const people = ["boss", "ann", "bob", "cyd", "dee", "eve"].map((name) => `${name}@contoso.com`);
    for (const userPrincipalName of [irish, odd, ...people]) {
      const values = { userPrincipalName, displayName: secret, accountEnabled: true };
      const mailNickname = userPrincipalName.replace(/[^a-z]/g, "");
      const made = await control.graph("create", {
        kind: "user",
        values: { ...values, mailNickname, userType: "Member", employeeId: `E-${ids.size}` },
      });
      ids.set(userPrincipalName, made.id);
    }
    for (const displayName of [group, "Twins", "Twins"]) {
      const values = { displayName, securityEnabled: true, mailEnabled: false, groupTypes: [] };
      const made = await control.graph("create", { kind: "group", values });
      ids.set(displayName, made.id);
    }
    const boss = ids.get("boss@contoso.com") ?? "";
    await control.graph("addRole", { principal: boss, role: "Global Administrator" });
  });
  after(() => stage.close());

  const run = async (batch: string, rows: readonly Row[]): Promise<Told[]> => {
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
    assert.equal((await stage.settled(batch)).state, "finished");
    return (JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as { rows: Told[] })
      .rows;
  };
  /** Each row with the verdict it should have. */
  const expect = async (batch: string, table: readonly (readonly [string, Row])[]) => {
    const told = await run(
      batch,
      table.map(([, row]) => row),
    );
    assert.deepEqual(
      told.map(({ row, verdict }) => [row, verdict]),
      table.map(([verdict], at) => [at + 1, verdict]),
      JSON.stringify(told, undefined, 1),
    );
    return told;
  };

  it("find objects by id, UPN, display name and employee id", async () => {
    const told = await expect("names", [
      ["done", add(group, irish)],
      ["done", add(group, odd.toUpperCase())],
      ["skipped", add(group, ids.get(irish)?.toUpperCase() ?? "")],
      ["failed", add("Twins", irish)],
      ["failed", add("No such group", irish)],
      ["done", update(irish, { jobTitle: `Head of "${secret}", night`, city: "(clear)" })],
      ["done", update(odd, { department: null, otherMails: "a@x.org|b@x.org", ageGroup: "adult" })],
      ["failed", update(odd, { jobTitle: "" })],
      ["failed", update("nobody@contoso.com", { jobTitle: secret })],
      ["done", update("employeeId:e-1", { city: "Bergen" })],
      ["failed", update("employeeId:e-99", { city: "Bergen" })],
      ["failed", { operation: "user.disble", user: irish }],
      ["failed", { operation: "user.disable", user: irish, jobTitle: secret }],
    ]);
    assert.match(told[2]?.reason ?? "", /^Duplicate of row 1,/);
    assert.match(`${told[3]?.reason} ${told[3]?.fix}`, /More than one.*object id/);
    assert.match(told[11]?.reason ?? "", /Did you mean user\.disable\?/);
    assert.match(told[12]?.reason ?? "", /jobTitle does not belong to user\.disable/);
    const { users, groups } = await stage.cloud.control.graph("snapshot", {});
    const valuesOf = (name: string) => users.find(({ id }) => id === ids.get(name))?.values;
    assert.deepEqual(groups.find(({ id }) => id === ids.get(group))?.members, [
      ids.get(irish),
      ids.get(odd),
    ]);
    assert.equal(valuesOf(irish)?.["jobTitle"], `Head of "${secret}", night`);
    assert.deepEqual(valuesOf(odd)?.["otherMails"], ["a@x.org", "b@x.org"]);
    assert.equal(valuesOf(odd)?.["ageGroup"], "Adult");
    assert.equal(valuesOf(odd)?.["city"], "Bergen");
  });

  it("create, change, disable and delete one user, in the order of the file", async () => {
    const create = { operation: "user.create", userPrincipalName: newcomer, displayName: secret };
    const told = await expect("life", [
      ["done", create],
      ["done", add(group, newcomer)],
      ["done", update(newcomer, { jobTitle: secret })],
      ["done", { operation: "user.disable", user: newcomer }],
      ["skipped", create],
      ["done", { operation: "group.remove-member", group, member: newcomer }],
      ["done", { operation: "user.delete", user: newcomer }],
      ["skipped", update(newcomer, { jobTitle: "Ghost" })],
      ["skipped", { operation: "user.delete", user: newcomer }],
      ["failed", { ...create, userPrincipalName: "x@nowhere.example" }],
      ["skipped", update("x@nowhere.example", { jobTitle: secret })],
      ["done", update(irish, { city: "One" })],
      ["done", update(irish, { city: "Two" })],
      ["done", update(irish, { city: "One" })],
    ]);
    assert.match(told[7]?.reason ?? "", /^Row 7 deletes the object/);
    assert.match(told[10]?.reason ?? "", /^Row 10, which was to create this row's user/);
    const made = told.slice(0, 4).map(({ objectId }) => objectId);
    assert.equal(new Set(made).size, 1, "one user, by its id, since its creation");
    const { deletedUsers, users } = await stage.cloud.control.graph("snapshot", {});
    assert.deepEqual(
      deletedUsers.map(({ id }) => id),
      [made[0]],
    );
    assert.equal(users.find(({ id }) => id === ids.get(irish))?.values["city"], "One");
  });

  it("change what the same batch creates, by every name that it gives, stage by stage", async () => {
    await stage.cloud.control.graph("conditions", {
      lag: { medianMs: 200, sigma: 0.3, staleShare: 0.5 },
    });
    const told = await expect("newcomers", [
      ["done", { operation: "group.create", displayName: "Newcomers", mailNickname: "newcomers" }],
      [
        "done",
        {
          operation: "user.create",
          userPrincipalName: "nina@contoso.com",
          displayName: secret,
          employeeId: "N-1",
        },
      ],
      ["done", add("Newcomers", "employeeId:N-1")],
      ["done", add("mailNickname:newcomers", irish)],
      ["done", { ...add("Newcomers", odd), stage: 2 }],
      ["done", { operation: "user.set-manager", user: "employeeId:n-1", manager: irish }],
      ["done", { operation: "group.update", group: "Newcomers", description: secret, stage: 3 }],
      ["failed", { ...add("Newcomers", "eve@contoso.com"), stage: 1 }],
    ]);
    await stage.cloud.control.graph("conditions", { lag: undefined });
    assert.match(told[7]?.reason ?? "", /^Its stage is 1, and a row before it is in stage 3/);
    const { users, groups } = await stage.cloud.control.graph("snapshot", {});
    const made = groups.find(({ values }) => values["displayName"] === "Newcomers");
    const nina = users.find(({ values }) => values["employeeId"] === "N-1");
    const members = [nina?.id, ids.get(irish), ids.get(odd)];
    assert.deepEqual(new Set(made?.members), new Set(members));
    assert.equal(made?.values["description"], secret);
  });

  it("fail alone if Graph refuses them, with what protects the object", async () => {
    const told = await expect("protected", [
      ["failed", { operation: "user.disable", user: "boss@contoso.com" }],
      ["done", { operation: "user.disable", user: "ann@contoso.com" }],
      ["failed", add(group, "99999999-9999-4999-8999-999999999999")],
    ]);
    assert.match(
      told[0]?.reason ?? "",
      /^The user holds a directory role: .*403 Authorization_RequestDenied/,
    );
    assert.match(told[0]?.fix ?? "", /^An administrator with a higher role has to do it/);
    assert.equal(told[0]?.status, 403);
    assert.match(told[2]?.fix ?? "", /Graph says which id\. Check it/);
  });

  it("are reported with the input's own columns first, and Graph's request ids", async () => {
    const lines = ((await stage.read("protected/report.csv")) ?? "").split("\r\n");
    assert.equal(
      lines[0],
      "operation,user,group,member,verdict,reason,fix,objectId,requestId,status,attempts,finishedAt,before,after",
    );
    const [, , ann] = lines;
    const requestId = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[A-Za-z0-9]+";
    const at = "20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z";
    assert.match(
      ann ?? "",
      new RegExp(
        `^user\\.disable,ann@contoso\\.com,,,done,,,${ids.get("ann@contoso.com")},${requestId},204,1,${at},"\\{""accountEnabled"":true\\}","\\{""accountEnabled"":false\\}"$`,
      ),
    );
    const plan = JSON.parse((await stage.read("life/plan.json")) ?? "{}") as Row;
    assert.deepEqual(plan["verdicts"], {
      done: 0,
      unchanged: 0,
      skipped: 3,
      failed: 0,
      held: 0,
      pending: 11,
    });
    assert.deepEqual(plan["operations"], {
      "user.create": { rows: 3, writes: 2 },
      "group.add-member": { rows: 1, writes: 1 },
      "user.update": { rows: 6, writes: 5 },
      "user.disable": { rows: 1, writes: 1 },
      "group.remove-member": { rows: 1, writes: 1 },
      "user.delete": { rows: 2, writes: 1 },
    });
  });

  it("leave no password anywhere and no name or value in a log line", async () => {
    const exchanges = await stage.cloud.control.graph("journal", {});
    const sent = JSON.stringify(exchanges.map(({ requestBody }) => requestBody));
    const passwords = [...sent.matchAll(/"password":"([^"]{20,})"/g)].map(([, word]) => word ?? "");
    assert.ok(passwords.length >= 2, "a password was made for every create");
    assert.equal(new Set(passwords).size, passwords.length, "and none twice");
    const stored: string[] = [];
    for (const container of ["batches", "runner", "inbox"]) {
      for await (const { name } of stage.container(container).listBlobsFlat()) {
        const blob = stage.container(container).getBlobClient(name);
        stored.push(`${name} ${(await blob.downloadToBuffer()).toString("utf8")}`);
      }
    }
    const logged = stage.logs.map(({ message }) => message);
    for (const text of [...stored, ...logged])
      assert.ok(!passwords.some((word) => text.includes(word)), text.slice(0, 80));
    for (const line of logged)
      assert.doesNotMatch(line, new RegExp(`@contoso|Zürich|${secret}`), line);
    for (const text of stored.filter((each) => /^\S*(journal|status\.json|plan\.json)/.test(each)))
      assert.doesNotMatch(text, new RegExp(`@contoso|Zürich|${secret}`), text.slice(0, 80));
  });
});
