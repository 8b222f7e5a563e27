import assert from "node:assert/strict";

import type { Office } from "./office.ts";
import { newName, type TestDirectory } from "./test-directory.ts";

/** A guest is invited by a recipe and gets a sponsor and a group, all in one batch; then its undo. */
export async function guestStory(office: Office, directory: TestDirectory): Promise<void> {
  const group = await directory.addGroup();
  const { userPrincipalName: sponsor } = await directory.addUser();
  const address = `${newName("gwen")}@fabrikam.com`;
  const row = {
    operation: "onboard-guest",
    invitedUserEmailAddress: address,
    sendInvitationMessage: "true",
    sponsors: sponsor,
    groups: group,
  };
  const batch = newName("guest");
  await office.plan(batch, [row]);
  const ended = await office.run(batch);
  assert.equal(ended.rows[0]?.verdict, "done", JSON.stringify(ended, undefined, 1));
  const members = await directory.read(`/groups/${group}/members?$select=mail`);
  assert.deepEqual(members, { value: [{ mail: address }] });
  const named = await directory.read(`/users?$filter=mail eq '${address}'&$select=id`);
  const [id = ""] = JSON.stringify(named).match(/[\da-f]{8}-[\da-f-]{27}/) ?? [];
  const sponsors = await directory.read(`/users/${id}/sponsors?$select=userPrincipalName`);
  assert.deepEqual(sponsors, { value: [{ userPrincipalName: sponsor }] });
  await office.undo(batch);
  assert.equal(await directory.read(`/users/${id}`), null);
}
