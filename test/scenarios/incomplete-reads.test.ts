import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { FaultRule } from "../cloud/graph/faults/fault-rule.ts";
import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

const EXCLUDED = "e0e0e0e0-0000-4000-8000-000000000002";
const ROWS = 120;

describe("what was read or sent in part removes nobody", () => {
  let stage: Stage;
  let names: string[];
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 600, groups: 2, guests: 0 } } },
      settings: async () => ({
        STALE_ACCOUNTS_MODE: "apply",
        STALE_ACCOUNTS_EXCLUDED_GROUP: EXCLUDED,
        MAX_DELETES_PER_BATCH: "600",
        MAX_DELETES_PER_DAY: "600",
        MAX_DELETES_PERCENT_PER_DAY: "100",
        MAX_DISABLES_PER_BATCH: "600",
        MAX_DISABLES_PER_DAY: "600",
        MAX_DISABLES_PERCENT_PER_DAY: "100",
        FULL_SOURCES: "user.update/hr/all-7.csv",
      }),
    });
    const { control } = stage.cloud;
    const { users } = await control.graph("snapshot", { properties: ["userPrincipalName"] });
    names = users.map(({ values }) => String(values["userPrincipalName"]));
    const values = { displayName: "Never stale", securityEnabled: true, mailEnabled: false };
    await control.graph("create", { kind: "group", id: EXCLUDED, values });
    for (const { id } of users.slice(0, 25)) {
      await control.graph("link", { relation: "members", from: EXCLUDED, to: id });
    }
    // Each page comes after one that is empty and names the next.
    await control.graph("conditions", { emptyPages: 1 });
  });
  after(() => stage.close());

  const writesSoFar = async (): Promise<number> =>
    (await stage.cloud.control.graph("counters", {})).committedWrites;
  const refused = { kind: "status", status: 403, code: "Authorization_RequestDenied" } as const;
  const members = `^/groups/${EXCLUDED}/transitiveMembers`;
  const allUsers = "^/users\\?.*signInActivity";

  const faults: { when: string; rule: Omit<FaultRule, "method"> }[] = [
    {
      when: "the third page of the accounts is refused with 403",
      rule: { at: "request", path: allUsers, skip: 2, fault: refused },
    },
    {
      when: "a page of the accounts is lost, and stays lost",
      rule: { at: "request", path: allUsers, skip: 1, fault: { kind: "truncate" } },
    },
    {
      when: "the second page of those to be spared is refused with 403",
      rule: { at: "request", path: members, skip: 1, fault: refused },
    },
    {
      when: "the place in the list of those to be spared is lost",
      rule: {
        at: "request",
        path: members,
        skip: 1,
        fault: { kind: "status", status: 400, code: "Directory_ExpiredPageToken" },
      },
    },
    {
      when: "the group of those to be spared is not found",
      rule: {
        at: "request",
        path: members,
        fault: { kind: "status", status: 404, code: "Request_ResourceNotFound" },
      },
    },
    {
      when: "a page of those to be spared is a proxy's page with status 200",
      rule: { at: "request", path: members, skip: 1, fault: { kind: "html", status: 200 } },
    },
  ];
  for (const { when, rule } of faults) {
    it(`stale-accounts disables nobody when ${when}`, async () => {
      const { control } = stage.cloud;
      const soFar = await writesSoFar();
      const { id } = await control.graph("addFault", { method: "GET", ...rule });
      await stage.host.fireTimer("staleAccounts").catch(() => undefined);
      assert.ok(((await control.graph("struck", {}))[id] ?? 0) > 0, "the fault was met");
      await control.graph("removeFault", { id });
      assert.deepEqual(await stage.batches(), [], "no batch was made of it");
      assert.equal(await writesSoFar(), soFar);
    });
  }

  const lines = (count: number, city: string): string =>
    names
      .slice(0, count)
      .map((name) => `${name},${city},Sales\r\n`)
      .join("");
  const files: { when: string; path: string; content: () => string; code: string }[] = [
    {
      when: "it was cut off in the middle",
      path: "user.delete/leavers-1.csv",
      content: () => `user,operation\r\n${names.slice(0, 9).join(",\r\n")}`,
      code: "FILE_CUT_OFF",
    },
    {
      when: "it was cut off in a quoted cell",
      path: "user.delete/leavers-2.csv",
      content: () => `user\r\n"${names.slice(0, 9).join('"\r\n"')}`,
      code: "FILE_UNREADABLE",
    },
    {
      when: "it is empty",
      path: "user.delete/leavers-3.csv",
      content: () => "",
      code: "FILE_EMPTY",
    },
    {
      when: "it has a header and nothing else",
      path: "user.delete/leavers-4.csv",
      content: () => "user\r\n",
      code: "FILE_EMPTY",
    },
  ];
  for (const { when, path, content, code } of files) {
    it(`a file deletes nobody when ${when}`, async () => {
      const soFar = await writesSoFar();
      const batch = await dropped(path, content());
      const why = JSON.parse((await stage.read(`${batch}/refused.json`)) ?? "{}") as object;
      assert.equal((why as { code?: string }).code, code);
      assert.equal(await writesSoFar(), soFar);
    });
  }

  it("the second half of a file that was cut between two rows is missed, if its source is full", async () => {
    const header = "user,city,department\r\n";
    const first = await dropped("user.update/hr/all-1.csv", header + lines(ROWS, "Oslo"));
    assert.equal((await stage.settled(first)).verdicts.done, ROWS);
    const soFar = await writesSoFar();
    const half = await dropped("user.update/hr/all-2.csv", header + lines(ROWS / 2, "Rome"));
    const { state, reason, digest } = await stage.settled(half);
    assert.equal(state, "held");
    assert.match(
      reason ?? "",
      /user\.update\/hr\/all-#\.csv is declared full \(FULL_SOURCES\) and has 60 rows, and batch .* had 120/,
    );
    assert.equal(await writesSoFar(), soFar);
    assert.match(digest ?? "", /^sha256:/);
  });

  it("no read of the program expands a list, which Graph cuts at 20", async () => {
    const exchanges = await stage.cloud.control.graph("journal", {});
    assert.ok(exchanges.length > 20);
    assert.doesNotMatch(
      JSON.stringify(exchanges.map(({ url, requestBody }) => [url, requestBody])),
      /\$expand/,
    );
  });

  it("stale-accounts does disable accounts when everything was read", async () => {
    const soFar = await writesSoFar();
    const known = new Set(await stage.batches());
    await stage.host.fireTimer("staleAccounts");
    const made = await appeared(known, "stale-accounts-");
    const { state, verdicts } = await stage.settled(made);
    assert.equal(state, "finished");
    assert.ok(verdicts.done > 0);
    assert.equal(await writesSoFar(), soFar + verdicts.done);
  });

  /** The batch of this name's beginning that is there now and was not before. */
  const appeared = (known: ReadonlySet<string>, start: string): Promise<string> =>
    until(async () =>
      (await stage.batches()).find((each) => !known.has(each) && each.startsWith(start)),
    );
  const dropped = async (path: string, content: string): Promise<string> => {
    const known = new Set(await stage.batches());
    await stage.upload(path, content);
    await stage.host.fireTimer("sweep");
    const batch = await appeared(known, "user.");
    await stage.settled(batch);
    return batch;
  };
});
