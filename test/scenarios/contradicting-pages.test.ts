import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { localDoor } from "../acceptance/doors.ts";
import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

interface Told {
  readonly verdict: string;
  readonly reason?: string;
}

/** What Graph may answer where its pages contradict each other, or the wire contradicts them. */
const said = [
  { absentMember: "404", missingMember: "404", takenAddress: "Request_BadRequest" },
  {
    absentMember: "400",
    missingMember: "400",
    takenAddress: "Request_MultipleObjectsWithSameKeyValue",
  },
] as const;

describe("rows whose objects change while their requests are under way", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({ cloud: { latency: false } });
  });
  after(() => stage.close());

  for (const conditions of said)
    it(`get the same verdicts if Graph says ${Object.values(conditions).join(", ")}`, async () => {
      const { control } = stage.cloud;
      const mark = conditions.absentMember;
      const person = async (name: string, values = {}): Promise<string> => {
        const userPrincipalName = `${name}-${mark}@contoso.com`;
        const whole = { userPrincipalName, displayName: name, accountEnabled: true, ...values };
        return (await control.graph("create", { kind: "user", values: whole })).id;
      };
      const [left, ann, bob, gone, other] = [
        await person("left"),
        await person("ann"),
        await person("bob"),
        await person("gone"),
        await person("other"),
      ];
      const { id: group } = await control.graph("create", {
        kind: "group",
        values: { displayName: `Team ${mark}`, securityEnabled: true, mailEnabled: false },
      });
      await control.graph("link", { relation: "members", from: group, to: left });
      await control.graph("conditions", conditions);
      const fault = { kind: "delay", ms: 60_000 } as const;
      const late = await Promise.all([
        control.graph("addFault", { at: "part", method: "PATCH", times: 2, fault }),
        control.graph("addFault", { at: "part", method: "DELETE", times: 1, fault }),
      ]);
      const batch = `contradicting-${mark}`;
      const add = (member: string) => ({ operation: "group.add-member", group, member });
      const rows = [
        { operation: "group.remove-member", group, member: left },
        ...[ann, bob, gone].map(add),
        { operation: "user.update", user: other, mail: `taken-${mark}@contoso.com` },
      ];
      await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
      await until(async () => {
        const struck = await control.graph("struck", {});
        const [changes = 0, removals = 0] = late.map(({ id }) => struck[id] ?? 0);
        return (changes === 2 && removals === 1) || undefined;
      });
      await control.graph("unlink", { relation: "members", from: group, to: left });
      await person("holder", { mail: `taken-${mark}@contoso.com` });
      const deleted = await localDoor(stage.cloud).send({
        method: "DELETE",
        path: `/users/${gone}`,
        headers: {},
        body: undefined,
        token: undefined,
      });
      assert.equal(deleted.status, 204);
      assert.equal((await stage.settled(batch)).state, "finished");
      const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as {
        rows: readonly Told[];
      };
      assert.deepEqual(
        report.rows.map(({ verdict }) => verdict),
        ["unchanged", "done", "done", "failed", "failed"],
        JSON.stringify(report.rows, undefined, 1),
      );
      assert.match(report.rows[4]?.reason ?? "", /proxyAddresses already exists/u);
    });
});
