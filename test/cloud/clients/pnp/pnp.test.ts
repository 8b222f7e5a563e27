import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { LocalCloud } from "../../local-cloud.ts";
import { startCloud } from "../../start-cloud.ts";
import { runClient } from "../run-client.ts";

describe("@pnp/graph, unchanged", () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud({
      storage: false,
      latency: false,
      graph: { seed: { users: 230, groups: 20 } },
    });
  });
  after(() => cloud.close());

  it("lists, searches, changes, groups, batches, deletes, restores, and waits when throttled", async () => {
    const facts = await runClient(cloud, "pnp/directory", {
      tenantId: cloud.home.tenantId,
      clientId: cloud.tools.clientId,
      clientSecret: cloud.tools.clientSecret,
      control: cloud.urls.control,
    });
    const { first, group } = facts["expected"] as Record<string, string>;
    assert.deepEqual(
      facts["listed"],
      Array.from({ length: 7 }, () => ["displayName", "id"]),
    );
    assert.deepEqual(facts["everyone"], [230, 230], "page by page, each once");
    const advanced = facts["advanced"] as string[];
    assert.deepEqual([advanced.length, advanced], [3, advanced.toSorted()]);
    assert.ok(Number(facts["searched"]) > 0);
    assert.equal(facts["counted"], 230);
    assert.deepEqual([facts["single"], facts["changed"]], [true, "PnP engineer"]);
    assert.equal(facts["members"], 2);
    assert.deepEqual(
      ["memberOf", "transitive", "memberGroups", "manager", "restored"].map((name) => facts[name]),
      [true, true, true, true, true],
    );
    assert.deepEqual([facts["check"], facts["byIds"]], [[group], [first, group]]);
    assert.deepEqual([facts["left"], facts["reports"]], [[first], [first]]);
    assert.equal(facts["invited"], "PendingAcceptance");
    const { length, ...names } = facts["results"] as string[];
    assert.deepEqual(
      [length, Object.values(names).every((name) => typeof name === "string")],
      [5, true],
      "a batch in the order of its requests",
    );
    assert.equal(facts["afterBatch"], 4);
    assert.deepEqual(facts["deleted"], { status: 404, code: "Request_ResourceNotFound" });
    assert.deepEqual(facts["refused"], [
      { status: 404, code: "Request_ResourceNotFound" },
      { status: 400, code: "Request_UnsupportedQuery" },
      { status: 400, code: "Request_BadRequest" },
    ]);
    const { struck, waitedMs } = facts["retried"] as Record<string, number>;
    assert.equal(struck, 2);
    assert.ok(Number(waitedMs) >= 2000, `its retry honors Retry-After: ${waitedMs} ms`);
  });
});
