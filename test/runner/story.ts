import assert from "node:assert/strict";

import fc from "fast-check";

import type { PlannedWrite, ReadyWrite, Receipt } from "../../shared/catalogue/row.ts";
import { type ObjectId, toObjectId } from "../../shared/core/object-id.ts";
import type { PlannedRow } from "../../shared/records/shard.ts";
import type { Faults, PartFault, PostFault, TinyDirectory } from "./tiny-directory.ts";

/** One thing a generated batch does; rows of a batch are made of these in their order. */
export type Deed =
  | { readonly kind: "update" | "disable" | "delete"; readonly user: number }
  | { readonly kind: "create"; readonly joins: number; readonly titled: boolean }
  | { readonly kind: "add" | "remove"; readonly group: number; readonly user: number }
  | { readonly kind: "settled" }
  /** The rows after it are in the next stage. */
  | { readonly kind: "stage" };

const USERS = 12;
const GROUPS = 2;

export const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("update", "disable", "delete"), user: fc.nat(USERS - 1) }),
    fc.record({ kind: fc.constant("create"), joins: fc.nat(GROUPS), titled: fc.boolean() }),
    fc.record({
      kind: fc.constantFrom("add", "remove"),
      group: fc.nat(GROUPS - 1),
      user: fc.nat(USERS - 1),
    }),
    fc.record({ kind: fc.constantFrom("settled", "stage") }),
  ),
  { minLength: 1, maxLength: 60, size: "max" },
);

/** A batch with the directory it meets, and what must be true when it is finished. */
export interface Story {
  readonly rows: PlannedRow[];
  /** What is wrong in the directory, in words; nothing if the batch had exactly its effect. */
  faultsIn(directory: TinyDirectory): string[];
}

/** Every row had exactly its effect, no two writes to one object met, and each row sent is `done`. */
export function assertCarriedOut(
  story: Story,
  directory: TinyDirectory,
  settled: ReadonlyMap<number, Receipt> | undefined,
): void {
  assert.deepEqual(story.faultsIn(directory), []);
  assert.deepEqual(directory.overlaps, []);
  for (const { row, write } of story.rows) {
    if (write) assert.equal(settled?.get(row)?.verdict, "done", `row ${row}`);
  }
}

/** Passwords that all differ, and a seal that a test can open. */
export const openPasswords = () => {
  let made = 0;
  return {
    makePassword: () => `password ${(made += 1)}`,
    sealPassword: (clear: string, of: { batch: string; row: number }) =>
      Promise.resolve(`${of.row}|${clear}`),
  };
};

/** Every user whom a row created has the password that the row's receipt has. */
export function assertPasswordsKept(
  { rows }: Story,
  directory: TinyDirectory,
  settled: ReadonlyMap<number, Receipt> | undefined,
): void {
  for (const { row, operation } of rows) {
    const receipt = settled?.get(row);
    const given = operation === "user.create" || operation === "user.reset-password";
    const password = directory.passwords.get(receipt?.objectId ?? "");
    assert.equal(receipt?.sealedPassword, given ? `${row}|${password}` : undefined, `row ${row}`);
  }
}

/** Fills the directory and plans the rows as accept would: resolved, in order, with their keys. */
export function tell(story: readonly Deed[], directory: TinyDirectory): Story {
  const users = Array.from({ length: USERS }, (_, index) =>
    directory.addUser({ userPrincipalName: `user${index}@example.com` }),
  );
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const id = toObjectId(`10000000-0000-4000-8000-00000000000${index}`);
    directory.groups.set(id, new Set(users.filter((_user, at) => at % 2 === index % 2)));
    return id;
  });
  const titles = new Map<string, string>();
  const isOff = new Set<string>();
  const isGone = new Set<string>();
  const edges = new Map(groups.map((id) => [id, new Set<string>(directory.groups.get(id))]));
  const createdTitles = new Map<string, string | undefined>();
  const createdGroups = new Map<string, ObjectId | undefined>();
  /** How often the rows ask for the same change of an edge; any other is asked for once. */
  const timesAsked = new Map<string, number>();
  const rows: PlannedRow[] = [];
  let stage = 1;
  let behind = 0;
  const write = (operation: string, planned: PlannedWrite): number => {
    const staged = behind > 0 ? { ...planned, stage, behind } : planned;
    return rows.push({ row: rows.length + 1, operation, write: staged });
  };
  const settled = (): unknown =>
    rows.push({
      row: rows.length + 1,
      operation: "user.update",
      verdict: "skipped",
      reason: "a duplicate",
      fix: "None needed.",
    });

  for (const deed of story) {
    if (deed.kind === "stage") {
      stage += 1;
      behind = rows.length;
    } else if (deed.kind === "settled") settled();
    else if (deed.kind === "create") create(deed.joins, deed.titled);
    else if (deed.kind === "add" || deed.kind === "remove") edge(deed.kind, deed.group, deed.user);
    else change(deed.kind, users[deed.user]!);
  }

  function change(kind: "update" | "disable" | "delete", user: ObjectId): void {
    if (isGone.has(user) || (kind === "disable" && isOff.has(user))) return void settled();
    const base: ReadyWrite = { target: { kind: "user", user }, keys: [`object:${user}`] };
    if (kind === "delete") {
      isGone.add(user);
      for (const members of edges.values()) members.delete(user);
      write("user.delete", base);
    } else if (kind === "disable") {
      isOff.add(user);
      write("user.disable", { ...base, set: { accountEnabled: false } });
    } else {
      const jobTitle = `as row ${rows.length + 1} says`;
      titles.set(user, jobTitle);
      write("user.update", { ...base, set: { jobTitle } });
    }
  }

  function edge(kind: "add" | "remove", group: number, user: number): void {
    const [groupId, member] = [groups[group]!, users[user]!];
    const members = edges.get(groupId)!;
    if (isGone.has(member) || members.has(member) === (kind === "add")) return void settled();
    if (kind === "add") members.add(member);
    else members.delete(member);
    const asked = `${kind === "add" ? "POST" : "DELETE"} ${groupId} ${member}`;
    timesAsked.set(asked, (timesAsked.get(asked) ?? 0) + 1);
    write(`group.${kind}-member`, {
      target: { kind: "membership", group: groupId, member },
      keys: [`edge:${groupId}/${member}`, `object:${member}`],
      group: groupId,
      was: kind === "add" ? "absent" : "present",
      ...(kind === "add" && { memberSeen: true }),
    });
  }

  function create(joins: number, titled: boolean): void {
    const upn = `new${rows.length + 1}@example.com`;
    const set = { userPrincipalName: upn, displayName: "New" };
    const row = write("user.create", { target: { kind: "new" }, set, keys: [`upn:${upn}`] });
    const group = groups[joins];
    const jobTitle = titled ? `as row ${row + 1} says` : undefined;
    createdTitles.set(upn, jobTitle);
    createdGroups.set(upn, group);
    const from = { after: [row], idFromRow: { row, role: "user" as const } };
    if (titled)
      write("user.update", {
        target: { kind: "pending-user" },
        set: { jobTitle },
        keys: [`upn:${upn}`],
        ...from,
      });
    if (group === undefined) return;
    write("group.add-member", {
      target: { kind: "pending-membership", group },
      keys: [`edge:${group}/upn:${upn}`, `upn:${upn}`],
      group,
      after: [row],
      idFromRow: { row, role: "member" },
      was: "absent",
    });
  }

  return {
    rows,
    faultsIn: ({ users: found, groups: foundGroups, made }) => {
      const wrong: string[] = [];
      let changes = 0;
      for (const [each, times] of made) {
        changes += times;
        if (times !== (timesAsked.get(each) ?? 1)) wrong.push(`${each}: ${times} times`);
      }
      if (changes !== rows.filter((row) => row.write).length) wrong.push("not one change a row");
      // Changes are listed in the order in which they were made; those that name their row tell its stage.
      const stages = [...made.keys()].flatMap((text) => {
        const row = Number(/as row (\d+) says|^create new(\d+)@/.exec(text)?.slice(1).join(""));
        return row > 0 ? (rows[row - 1]?.write?.stage ?? 1) : [];
      });
      if (stages.some((each, at) => each < (stages[at - 1] ?? 1))) {
        wrong.push(`a row went before its stage: ${stages.join()}`);
      }
      for (const [index, id] of users.entries()) {
        const user = found.get(id);
        if ((user === undefined) !== isGone.has(id)) wrong.push(`user ${index} is there or not`);
        if (user && user["jobTitle"] !== titles.get(id)) wrong.push(`title of user ${index}`);
        if (user && user["accountEnabled"] === isOff.has(id)) wrong.push(`user ${index} on or off`);
      }
      const byName = new Map([...found.values()].map((user) => [user["userPrincipalName"], user]));
      for (const [upn, jobTitle] of createdTitles) {
        const user = byName.get(upn);
        if (user?.["jobTitle"] !== jobTitle) wrong.push(`created ${upn}`);
        const group = createdGroups.get(upn);
        if (user && group) edges.get(group)?.add(user.id);
      }
      for (const [id, members] of edges) {
        // The tiny directory does not take a deleted user out of its groups; that is not the runner's.
        const now = [...(foundGroups.get(id) ?? [])].filter((member) => found.has(member));
        if (now.toSorted().join() !== [...members].toSorted().join())
          wrong.push(`members of ${id}`);
      }
      return wrong;
    },
  };
}

const postFaults: readonly PostFault[] = [
  "lose-before",
  "lose-after",
  "lose-late",
  "refuse",
  "throttle",
];
const partFaults: readonly PartFault[] = [
  "throttle",
  "conflict",
  "unavailable",
  "done-unavailable",
  "left-out",
];

/** Faults at random: of `rate` posts and parts in a hundred. */
export function faultsAtRandom(rate: number, random: () => number): Faults {
  const pick = <T>(list: readonly T[]): T | undefined =>
    random() * 100 < rate ? list[Math.floor(random() * list.length)] : undefined;
  return {
    post: (requests) => {
      const fault = pick(postFaults) ?? "none";
      // One request alone that is refused as a whole is refused for good: not a fault that passes.
      return fault === "refuse" && requests.length === 1 ? "none" : fault;
    },
    part: () => pick(partFaults) ?? "none",
    // Now and then a post is still under way when its sender is dead and another has taken over.
    latencyMs: () => random() * (random() < 0.2 ? 80 : 8),
    isLookLost: () => random() * 100 < rate,
  };
}
