import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";
import { wideGuards } from "../stage/wide-guards.ts";

const reading = ["GroupMember.Read.All", "User.Read.All"];

describe("an application without the permissions that a batch needs", () => {
  let stage: Stage;
  let names: string[];
  before(async () => {
    stage = await setStage({
      cloud: {
        latency: false,
        roles: reading,
        graph: { seed: { users: 40, groups: 2, disabled: 0, guests: 0 } },
      },
      settings: async () => wideGuards,
    });
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName", "accountEnabled"],
    });
    names = users.map(({ values }) => String(values["userPrincipalName"]));
  });
  after(() => stage.close());

  const disable = async (batch: string, users: readonly string[]) => {
    const rows = users.map((user) => ({ operation: "user.disable", user }));
    await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
    return stage.settled(batch);
  };

  it("holds the batch before its first row, and runs the next as soon as it is granted", async () => {
    const { control, home } = stage.cloud;
    const held = await disable("too-early", names.slice(0, 9));
    assert.equal(held.state, "held");
    assert.equal(held.verdicts.held, 9);
    assert.match(
      String(held.reason),
      /missing User\.EnableDisableAccount\.All, needed by 9 rows of user\.disable/,
    );
    assert.match(
      String(held.reason),
      /whether the user holds a directory role: .* it takes RoleManagement\.Read\.Directory/,
    );
    assert.ok(held.fix?.includes(`adminconsent?client_id=${home.clientId}`));
    assert.equal((await control.graph("counters", {})).committedWrites, 0);
    const report = await stage.read("too-early/report.csv");
    assert.match(report ?? "", /,held,.*User\.EnableDisableAccount\.All/);

    await control.grantConsent({
      tenantId: home.tenantId,
      appId: home.clientId,
      roles: [...reading, "RoleManagement.Read.Directory", "User.EnableDisableAccount.All"],
    });
    // The cached token is valid for hours and does not hold the new permission.
    const done = await disable("granted", names.slice(0, 9));
    assert.deepEqual([done.state, done.verdicts.done], ["finished", 9]);
    const reasons = stage.events.flatMap(({ event, reason }) =>
      event === "token.acquired" ? [reason] : [],
    );
    // The first batch asks for who is protected, and for what its rows need; the second for the former.
    assert.deepEqual(reasons, ["cold", "forced", "forced", "forced"]);
  });
});
