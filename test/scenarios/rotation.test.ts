import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { setStage, type Stage } from "../stage/stage.ts";
import {
  passOverlap,
  renew,
  startRows,
  TOKEN_SECONDS,
  untilRemoved,
  untilSignedInAnew,
  untilWriting,
} from "./rotation-story.ts";

describe("a rotation of the certificate while a batch runs", () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage({
      cloud: {
        roles: [
          "Application.Read.All",
          "GroupMember.Read.All",
          "RoleManagement.Read.Directory",
          "User.ReadWrite.All",
        ],
        graph: { seed: { users: 900 } },
      },
      // Half of Graph's quota: a full bucket of 3,000 writes would end the batch before the rotation.
      settings: async () => ({ GRAPH_WRITE_QUOTA: "1500" }),
    });
    await stage.cloud.control.configure({ login: { tokenLifetimeSeconds: TOKEN_SECONDS } });
  });
  after(() => stage.close());

  it("runs from the vault's event to the removal of the old key without a person or a failed row", async () => {
    const { control, home } = stage.cloud;
    const [first] = await control.listCertificates({ appId: home.clientId });
    const told: string[] = [];
    const tell = (line: string): void => void told.push(line);
    const batch = await startRows(stage, "load", 3600);
    await untilWriting(stage, batch);
    const made = await renew(stage, tell);
    await untilSignedInAnew(stage, tell);
    await passOverlap(stage, tell);
    await untilRemoved(stage, first!, tell);
    const keys = await control.listCertificates({ appId: home.clientId });
    assert.deepEqual(
      keys.map(({ thumbprint }) => thumbprint),
      [made.thumbprint],
    );
    const { verdicts } = await stage.settled(batch);
    assert.deepEqual([verdicts.done, verdicts.failed], [3600, 0]);
    const failed = stage.events.filter(({ event }) => event === "token.failed");
    assert.deepEqual(failed, []);
    const last = await startRows(stage, "after", 20);
    assert.equal((await stage.settled(last)).verdicts.done, 20);
  });
});
