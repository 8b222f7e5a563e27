import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { recordIn } from "../../shared/core/parse-json.ts";
import type { BatchStatus } from "../../shared/records/status.ts";
import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

const subsidiary = "bbbbbbbb-0000-4000-8000-000000000002";
/** It is on the list, but its administrator has not consented. */
const stranger = "cccccccc-0000-4000-8000-000000000003";

describe("batches of several tenants and priorities", () => {
  let stage: Stage;
  let names: string[];
  let theirs: string;
  before(async () => {
    stage = await setStage({
      cloud: {
        latency: false,
        graph: { seed: { users: 1200, groups: 1, guests: 0, disabled: 0 } },
      },
      settings: async ({ control, home }) => {
        for (const tenantId of [subsidiary, stranger])
          await control.registerTenant({ tenantId, domains: ["fabrikam.com"] });
        const app = await control.registerApplication({
          tenantId: home.tenantId,
          displayName: "Directory Batch, multi-tenant",
          signInAudience: "AzureADMultipleOrgs",
        });
        const [version] = await control.listCertificateVersions({
          vault: home.vaultName,
          name: home.certificateName,
        });
        const { appId } = app;
        await control.addCertificate({ appId, certificatePem: version?.certificatePem ?? "" });
        const roles = [
          "GroupMember.Read.All",
          "RoleManagement.Read.Directory",
          "User.ReadWrite.All",
        ];
        for (const tenantId of [home.tenantId, subsidiary])
          await control.grantConsent({ tenantId, appId, roles });
        await control.graph("seed", { tenant: subsidiary, users: 3, groups: 0, guests: 0 });
        return {
          CLIENT_ID: appId,
          ALLOWED_TENANTS: `${subsidiary.toUpperCase()}, ${stranger}`,
          // A fifth of Graph's quota: a full bucket of 3,000 writes would end the bulk in seconds.
          GRAPH_WRITE_QUOTA: "600",
        };
      },
    });
    const properties = ["userPrincipalName"];
    const { control } = stage.cloud;
    const { users } = await control.graph("snapshot", { properties });
    names = users.map(({ values }) => String(values["userPrincipalName"]));
    const others = await control.graph("snapshot", { properties, tenant: subsidiary });
    theirs = String(others.users[0]?.values["userPrincipalName"]);
  });
  after(() => stage.close());

  const send = (batch: string, users: readonly string[], more: object = {}): Promise<void> => {
    const rows = users.map((user) => ({ user, jobTitle: batch }));
    const message = { version: 1, batch, mode: "apply", operation: "user.update", rows };
    return stage.send("accept", JSON.stringify({ ...message, ...more }));
  };
  /** When the posts of a batch left, as its journals say. */
  const sentAt = async (batch: string): Promise<readonly string[]> => {
    const at: string[] = [];
    const prefix = `${batch}/journal/`;
    for await (const { name } of stage.container("batches").listBlobsFlat({ prefix })) {
      const lines = ((await stage.read(name)) ?? "").split("\n").filter(Boolean);
      for (const line of lines) {
        const record = recordIn(line);
        if (record["t"] === "intent") at.push(String(record["at"]));
      }
    }
    return at;
  };

  it("the same name in two tenants is two batches, each in its own folder and directory", async () => {
    await send("titles", [theirs], { tenant: subsidiary.toUpperCase() });
    await send("titles", names.slice(0, 2));
    const [here, there] = await Promise.all([
      stage.settled("titles"),
      stage.settled(`${subsidiary}/titles`),
    ]);
    assert.deepEqual([here.verdicts.done, there.verdicts.done], [2, 1]);
    const { users } = await stage.cloud.control.graph("snapshot", { tenant: subsidiary });
    assert.equal(users.filter(({ values }) => values["jobTitle"] === "titles").length, 1);
    const finished = stage.events.filter(({ event }) => event === "batch.finished");
    assert.deepEqual(
      new Set(finished.map(({ tenant }) => tenant)),
      new Set([subsidiary, stage.cloud.home.tenantId]),
    );
  });

  it("one without consent says so, with the consent link, and stops no other tenant", async () => {
    await send("early", [theirs], { tenant: stranger });
    const status = await until(async () => {
      const found = await stage.status(`${stranger}/early`);
      return found?.reason === undefined ? undefined : found;
    });
    assert.equal(status.state, "accepted");
    assert.match(status.fix ?? "", new RegExp(`${stranger}/adminconsent\\?client_id=`));
    await send("meanwhile", names.slice(2, 3));
    assert.equal((await stage.settled("meanwhile")).verdicts.done, 1);
  });

  it("urgent work goes between two posts of a running batch; other batches wait", async () => {
    const rows = names.slice(10).map((user) => JSON.stringify({ user, jobTitle: "bulk" }));
    await stage.upload("staged/bulk.jsonl", `${rows.join("\n")}\n`);
    const bulk = { operation: "user.update", file: "staged/bulk.jsonl", priority: "normal" };
    await send("bulk", [], { ...bulk, rows: undefined });
    await until(async () => Boolean((await stage.status("bulk"))?.verdicts.done));
    await send("background", names.slice(3, 5), { priority: "background" });
    await send("urgent", names.slice(5, 7), { priority: "urgent" });
    await stage.settled("urgent");
    const left = (await stage.status("bulk")) as BatchStatus;
    assert.equal(left.state, "running");
    assert.ok(left.verdicts.pending > 100, `${left.verdicts.pending} rows of the bulk were left`);
    assert.equal((await stage.status("background"))?.verdicts.done, 0);
    const sum = Object.values(left.verdicts).reduce((all, count) => all + count, 0);
    assert.equal(sum, left.rows, "conservation while it runs");
    assert.ok(Date.now() - Date.parse(left.updatedAt) < 5_000, "and no older than 5 s");
    await Promise.all([stage.settled("bulk"), stage.settled("background")]);
    const order = stage.events.filter(({ event }) => event === "batch.finished");
    assert.equal(order.at(-3)?.["batch"], "urgent");
    // Which of the two ends first is luck: the last answers of both are under way together.
    const [bulkAt, backgroundAt] = [await sentAt("bulk"), await sentAt("background")];
    assert.ok(bulkAt.length > 1 && backgroundAt.length === 1, "it was sent in one post");
    assert.ok(
      bulkAt.every((at) => at <= backgroundAt[0]!),
      "after all of the bulk",
    );
    const { overlaps, throttledOperations } = await stage.cloud.control.graph("counters", {});
    assert.deepEqual([overlaps.objects, throttledOperations], [0, 0]);
  });
});
