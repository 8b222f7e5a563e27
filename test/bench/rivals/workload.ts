import { csvLine } from "../../../shared/batches/formats/csv.ts";
import type { Snapshot, SnapshotObject } from "../../cloud/graph/graph.ts";

/** One change, as the request that a rival sends and as the row that the product is given. */
export interface Task {
  readonly id: number;
  readonly kind: "create" | "update" | "disable" | "delete" | "add" | "remove";
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly user?: string;
  readonly group?: string;
  readonly member?: string;
  /** What the change sets: a department or a user principal name. */
  readonly value?: string;
}

const ROOT = "https://graph.microsoft.com/v1.0";

/** The kinds of 20 mixed tasks in a row: half of them updates. */
const MIX: readonly Task["kind"][] = [
  ...Array.from({ length: 10 }, () => "update" as const),
  ...["create", "create", "create", "disable", "disable", "disable", "add", "add"].map(
    (kind) => kind as Task["kind"],
  ),
  "remove",
  "delete",
];

const isPlain = ({ values }: SnapshotObject): boolean =>
  values["userType"] === "Member" &&
  values["accountEnabled"] === true &&
  values["onPremisesSyncEnabled"] !== true;

/**
 * Tasks that each have a separate object or membership, so that their order does not matter and all of
 * them can succeed. The same directory gives the same tasks.
 */
export function mixedTasks(before: Snapshot, domain: string, count: number): readonly Task[] {
  const groups = before.groups.filter(({ members }) => (members?.length ?? 0) > 0);
  // Deleting a member would remove the membership that another task is to remove.
  const inGroups = new Set(groups.flatMap((group) => group.members ?? []));
  const users = before.users.filter((user) => isPlain(user) && !inGroups.has(user.id));
  const members = new Map(groups.map((group) => [group.id, new Set(group.members)]));
  let next = 0;
  const user = (): string => users[next++]!.id;
  let edges = 0;
  const edge = (id: number, kind: "add" | "remove"): Task => {
    for (;;) {
      const group = groups[edges++ % groups.length]!.id;
      const of = members.get(group)!;
      const member = kind === "add" ? user() : [...of][0]!;
      if (kind === "add" && of.has(member)) continue;
      if (kind === "remove") of.delete(member);
      return edgeTask(id, kind, group, member);
    }
  };
  return Array.from({ length: count }, (_, id) => {
    const kind = MIX[id % MIX.length]!;
    if (kind === "add" || kind === "remove") return edge(id, kind);
    return kind === "create" ? createTask(id, domain) : userTask(id, kind, user());
  });
}

/**
 * Memberships to add: every group gets as many members as any other. Of these a share is dirty: every
 * other one of those is in place already, and the rest name a member who does not exist.
 */
export function membershipTasks(before: Snapshot, count: number, dirty = 0): readonly Task[] {
  const groups = before.groups.filter(({ members }) => (members?.length ?? 0) > 0 === dirty > 0);
  const users = before.users.filter(isPlain);
  const every = dirty > 0 ? Math.round(1 / dirty) : Infinity;
  return Array.from({ length: count }, (_, id) => {
    const { id: group, members = [] } = groups[id % groups.length]!;
    const at = Math.floor(id / groups.length);
    const isDirty = id % every === every - 1;
    if (isDirty && id % 2 === 0) return edgeTask(id, "add", group, members[at % members.length]!);
    if (isDirty) return edgeTask(id, "add", group, nobody(id));
    const others = at + members.length + 1;
    const some = users.slice(0, others).filter((user) => !members.includes(user.id));
    return edgeTask(id, "add", group, some[at % users.length]!.id);
  });
}

const nobody = (id: number): string =>
  `99999999-0000-4000-8000-${id.toString(16).padStart(12, "0")}`;

function edgeTask(id: number, kind: "add" | "remove", group: string, member: string): Task {
  if (kind === "add") {
    const url = `/groups/${group}/members/$ref`;
    const body = { "@odata.id": `${ROOT}/directoryObjects/${member}` };
    return { id, kind, method: "POST", url, body, group, member };
  }
  const url = `/groups/${group}/members/${member}/$ref`;
  return { id, kind, method: "DELETE", url, group, member };
}

function createTask(id: number, domain: string): Task {
  const value = `racer-${id}@${domain}`;
  const body = {
    userPrincipalName: value,
    displayName: `Racer ${id}`,
    mailNickname: `racer-${id}`,
    accountEnabled: true,
    passwordProfile: { password: `Racing-${id}-Password`, forceChangePasswordNextSignIn: true },
  };
  return { id, kind: "create", method: "POST", url: "/users", body, value };
}

function userTask(id: number, kind: "update" | "disable" | "delete", user: string): Task {
  const url = `/users/${user}`;
  if (kind === "delete") return { id, kind, method: "DELETE", url, user };
  if (kind === "disable") {
    return { id, kind, method: "PATCH", url, body: { accountEnabled: false }, user };
  }
  const value = `Department ${id}`;
  return { id, kind, method: "PATCH", url, body: { department: value }, user, value };
}

const OPERATIONS: Readonly<Record<Task["kind"], string>> = {
  create: "user.create",
  update: "user.update",
  disable: "user.disable",
  delete: "user.delete",
  add: "group.add-member",
  remove: "group.remove-member",
};

/** The same tasks as the file that the product is given; row `id + 1` is task `id`. */
export function asCsv(tasks: readonly Task[]): string {
  const header = csvLine([
    "operation",
    "user",
    "userPrincipalName",
    "displayName",
    "department",
    "group",
    "member",
  ]);
  const rows = tasks.map(({ kind, id, user, group, member, value }) =>
    csvLine([
      OPERATIONS[kind],
      user ?? "",
      kind === "create" ? (value ?? "") : "",
      kind === "create" ? `Racer ${id}` : "",
      kind === "update" ? (value ?? "") : "",
      group ?? "",
      member ?? "",
    ]),
  );
  return header + rows.join("");
}
