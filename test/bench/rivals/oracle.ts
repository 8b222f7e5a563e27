import type { Snapshot, SnapshotObject } from "../../cloud/graph/graph.ts";
import type { Task } from "./workload.ts";

/** What a contestant's verdicts are worth, counted by looking at the directory afterwards. */
export interface Judgement {
  /** Done, and said to be done. */
  readonly right: number;
  /** Said to be done and not done, or said to have failed although it was done. */
  readonly wrong: number;
  /** Not done, and said to have failed: every task could have succeeded. */
  readonly failed: number;
  /** No verdict. */
  readonly unknown: number;
  /** Writes that took effect beyond one for each task that was done. */
  readonly twice: number;
}

/** Judges verdicts (task id → whether it was said to be done) by the directory as it is now. */
export function judgeVerdicts(
  tasks: readonly Task[],
  verdicts: Readonly<Record<string, boolean>>,
  after: Snapshot,
  committedWrites: number,
): Judgement {
  const isDone = oracle(after);
  const counts = { right: 0, wrong: 0, failed: 0, unknown: 0 };
  let done = 0;
  for (const task of tasks) {
    const isThere = isDone(task);
    const said = verdicts[task.id];
    if (isThere) done += 1;
    if (said === undefined) counts.unknown += 1;
    else if (said !== isThere) counts.wrong += 1;
    else if (said) counts.right += 1;
    else counts.failed += 1;
  }
  return { ...counts, twice: Math.max(0, committedWrites - done) };
}

function oracle(after: Snapshot): (task: Task) => boolean {
  const byId = new Map<string, SnapshotObject>(after.users.map((user) => [user.id, user]));
  const names = new Set(after.users.map(({ values }) => String(values["userPrincipalName"])));
  const deleted = new Set(after.deletedUsers.map(({ id }) => id));
  const members = new Map(after.groups.map(({ id, members: of }) => [id, new Set(of)]));
  return ({ kind, user = "", group = "", member = "", value = "" }) => {
    switch (kind) {
      case "create":
        return names.has(value);
      case "update":
        return byId.get(user)?.values["department"] === value;
      case "disable":
        return byId.get(user)?.values["accountEnabled"] === false;
      case "delete":
        return deleted.has(user);
      case "add":
        return members.get(group)?.has(member) === true;
      case "remove":
        return members.get(group)?.has(member) === false;
    }
  };
}
