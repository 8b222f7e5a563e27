import assert from "node:assert/strict";
import { it } from "node:test";

import { systemClock } from "../../../shared/core/clock.ts";
import { wantedBlob } from "../../../shared/records/paths.ts";
import { openWorkshop, shardRows } from "../workshop.ts";

it("a list that has waited for earlier work means whom its names name after that work", async () => {
  let passedMs = 0;
  const workshop = openWorkshop({
    clock: { ...systemClock, now: () => systemClock.now() + passedMs },
  });
  const { directory, batches, blobs } = workshop;
  const [ann, bo] = ["ann", "bo"].map((name) => directory.addUser(`${name}@contoso.com`));
  const nurses = directory.addGroup("Nurses");
  for (const id of [ann!, bo!]) directory.members.get(nurses)!.add(id);
  const row = { group: "Nurses", member: "bo@contoso.com" };
  const send = async (batch: string, rows: readonly object[]): Promise<string> => {
    const message = { version: 1, batch, mode: "apply", rows };
    const delivery = { messageId: batch, deadlineMs: Date.now() + passedMs + 60_000 };
    const result = await batches.accept(message, delivery);
    return result.state === "again" ? `waits: ${result.reason}` : result.outcome;
  };
  await send("earlier", [
    { operation: "user.update", user: "bo@contoso.com", userPrincipalName: "bo.old@contoso.com" },
    { ...row, operation: "group.remove-member" },
  ]);
  const list = [
    { ...row, operation: "group.set-members" },
    { ...row, operation: "group.set-members", member: "zoe@contoso.com" },
  ];
  assert.match(await send("list", list), /^waits: batch earlier/);
  // That work gives the name to somebody else, and somebody comes whom the list names.
  Object.assign(directory.users.get(bo!) ?? {}, { userPrincipalName: "bo.old@contoso.com" });
  const [other, zoe] = ["bo", "zoe"].map((name) => directory.addUser(`${name}@contoso.com`));
  await workshop.runAll("earlier");
  assert.match(await send("list", list), /^waits: Graph/);
  passedMs += 5_000;
  // A delivery that was thought dead keeps what it looked up meanwhile: neither takes the place of the other.
  const kept = wantedBlob("list", 1);
  directory.intercept = () => void blobs.batches.write(kept, blobs.batches.text(kept));
  assert.match(await send("list", list), /^waits: .LEASE_LOST. Another delivery/);
  directory.intercept = () => undefined;
  assert.equal(await send("list", list), "accepted");
  assert.deepEqual(
    shardRows(blobs.batches, "list").map(({ operation, write }) => [
      operation,
      write?.target["member"],
    ]),
    [
      ["group.add-member", other],
      ["group.remove-member", ann],
      ["group.remove-member", bo],
      ["group.add-member", zoe],
    ],
  );
});
