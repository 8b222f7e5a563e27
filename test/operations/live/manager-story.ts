import assert from "node:assert/strict";

import type { Office } from "./office.ts";
import { newName, type TestDirectory } from "./test-directory.ts";

/**
 * A manager whom a batch creates is set by its later rows, of a new user, of one who has another manager, and by
 * a recipe, also while Graph shows new users late; then its undo.
 */
export async function managerStory(office: Office, directory: TestDirectory): Promise<void> {
  /** A user with a manager of their own. */
  const managed = async () => {
    const [user, old] = [await directory.addUser(), await directory.addUser()];
    await directory.control("link", { relation: "manager", from: user.id, to: old.id });
    return { ...user, old };
  };
  const [mover, report] = [await managed(), await managed()];
  const named = (name: string) => ({
    userPrincipalName: `${newName(name)}@${directory.domain}`,
    displayName: name,
  });
  const [boss, joiner, trainee] = [named("Boss"), named("Joiner"), named("Trainee")];
  const manager = boss.userPrincipalName;
  const rows = [
    { operation: "user.create", ...boss },
    { operation: "user.create", ...joiner },
    { operation: "user.set-manager", user: joiner.userPrincipalName, manager },
    { operation: "user.set-manager", user: mover.userPrincipalName, manager },
    { operation: "onboard", ...trainee, manager },
    { operation: "offboard", user: report.old.id, handOver: manager, leave: "sessions" },
  ];
  const batch = newName("managers");
  await directory.control("conditions", { lag: { medianMs: 200, sigma: 0.1, staleShare: 1 } });
  const ended = await (async () => {
    try {
      await office.plan(batch, rows);
      return await office.run(batch);
    } finally {
      await directory.control("conditions", { lag: undefined });
    }
  })();
  const verdicts = ended.rows.map(({ verdict }) => verdict);
  assert.deepEqual(new Set(verdicts), new Set(["done"]), JSON.stringify(ended.rows, undefined, 1));
  const managerOf = async (user: string) => {
    const shown = await directory.read(`/users/${user}/manager?$select=userPrincipalName`);
    return shown?.["userPrincipalName"];
  };
  for (const each of [joiner, trainee, mover, report]) {
    assert.equal(await managerOf(each.userPrincipalName), manager);
  }
  await office.undo(batch);
  for (const each of [mover, report]) {
    assert.equal(await managerOf(each.userPrincipalName), each.old.userPrincipalName);
  }
  assert.equal(await directory.read(`/users/${manager}?$select=id`), null);
}

/** A row that names a manager whom only a later row creates fails, and says what to do. */
export async function managerTooLate(office: Office, directory: TestDirectory): Promise<void> {
  const { id: user } = await directory.addUser();
  const userPrincipalName = `${newName("late")}@${directory.domain}`;
  const batch = newName("late");
  await office.plan(batch, [
    { operation: "user.set-manager", user, manager: userPrincipalName },
    { operation: "user.create", userPrincipalName, displayName: "Late" },
  ]);
  const [row, create] = (await office.run(batch)).rows;
  assert.deepEqual([row?.verdict, create?.verdict], ["failed", "done"]);
  assert.match(row?.reason ?? "", /column manager/);
  assert.match(row?.fix ?? "", /must be created in an earlier row/);
}
