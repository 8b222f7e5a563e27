import { SPECIAL_GROUPS, type Snapshot, type SnapshotObject } from "../cloud/graph/graph.ts";
import { seededRandom } from "../core/seeded-random.ts";
import type { FileRow } from "./oracle.ts";

const COLUMNS = [
  "operation",
  "user",
  "userPrincipalName",
  "displayName",
  "department",
  "jobTitle",
  "usageLocation",
  "group",
  "member",
] as const;

const name = ({ values }: SnapshotObject): string => String(values["userPrincipalName"]);
const title = ({ values }: SnapshotObject): string => String(values["displayName"]);

/** Active accounts that the stale-account policy never touches. */
const isAtWork = ({ values }: SnapshotObject): boolean => {
  const { lastSuccessfulSignInDateTime: last } = (values["signInActivity"] ?? {}) as Record<
    string,
    string
  >;
  return (
    values["accountEnabled"] === true &&
    values["userType"] === "Member" &&
    values["onPremisesSyncEnabled"] !== true &&
    last !== undefined &&
    Date.parse(last) > Date.now() - 60 * 86_400_000
  );
};

/**
 * A file as Human Resources might send it: joiners with their first group, movers, leavers, and among
 * them mistakes of every kind. 1,000 rows for `size` 1,000; the same directory and seed give the same file.
 */
export function peopleFile(
  before: Snapshot,
  domain: string,
  size: number,
  seed = 7,
): readonly FileRow[] {
  const next = seededRandom(seed);
  const shuffled = <T>(items: readonly T[]): T[] => {
    const copy = [...items];
    for (let last = copy.length - 1; last > 0; last -= 1) {
      const other = Math.floor(next() * (last + 1));
      [copy[last], copy[other]] = [copy[other]!, copy[last]!];
    }
    return copy;
  };
  const share = (part: number): number => Math.max(1, Math.round(size * part));
  const people = shuffled(before.users.filter(isAtWork));
  const take = (count: number): SnapshotObject[] => people.splice(0, count);
  const plain = before.groups.filter(({ values, members = [] }) => {
    const isSpecial = Object.values<unknown>(SPECIAL_GROUPS).includes(values["displayName"]);
    return !isSpecial && members.length > 0;
  });
  const group = (): SnapshotObject => plain[Math.floor(next() * plain.length)]!;
  const someone = new Set(people.map(({ id }) => id));

  const joiners = Array.from({ length: share(0.3) }, (_, at) => ({
    operation: "user.create",
    userPrincipalName: `joiner.${seed}.${String(at).padStart(4, "0")}@${domain}`,
    displayName: `Joiner ${at}, "New"`,
    department: at % 2 === 0 ? "Sales" : "Research; Development",
    usageLocation: "DE",
  }));
  const firstGroups = joiners.slice(0, share(0.1)).map(({ userPrincipalName }) => ({
    operation: "group.add-member",
    group: title(group()),
    member: userPrincipalName,
  }));
  const movers = take(share(0.2)).flatMap((each, at) => [
    {
      operation: "user.update",
      user: at % 2 === 0 ? name(each) : each.id,
      jobTitle: `Moved, ${at}`,
      department: "Moved",
    },
  ]);
  const additions = take(share(0.13)).map((each, at) => ({
    operation: "group.add-member",
    group: at % 3 === 0 ? group().id : title(group()),
    member: at % 2 === 0 ? name(each) : each.id,
  }));
  const edges = shuffled(
    plain.flatMap(({ id, values, members = [] }) =>
      members
        .filter((member) => someone.has(member))
        .map((member) => ({ group: id, named: String(values["displayName"]), member })),
    ),
  );
  const removals = edges
    .splice(0, share(0.08))
    .map(({ group: id, member }) => ({ operation: "group.remove-member", group: id, member }));
  const alreadyMembers = edges
    .splice(0, share(0.02))
    .map(({ named, member }) => ({ operation: "group.add-member", group: named, member }));
  const removed = new Set([...removals, ...alreadyMembers].map(({ member }) => member));
  const leaving = take(share(0.13) + removed.size)
    .filter(({ id }) => !removed.has(id))
    .slice(0, share(0.11));
  const leavers = leaving.map((each, at) => ({
    operation: at < share(0.02) ? "user.delete" : "user.disable",
    user: name(each),
  }));
  const off = before.users.filter(
    ({ values }) => values["accountEnabled"] === false && values["userType"] === "Member",
  );
  const disabledAlready = off
    .slice(0, share(0.01))
    .map(({ id }) => ({ operation: "user.disable", user: id }));

  const wrong: Record<string, string>[] = [
    ...Array.from({ length: share(0.006) }, (_, at) => ({
      operation: "user.disable",
      user: `nobody.${at}@${domain}`,
    })),
    ...Array.from({ length: share(0.004) }, (_, at) => ({
      operation: "user.create",
      userPrincipalName: `bad name ${at}@${domain}`,
      displayName: "Bad",
    })),
    ...Array.from({ length: share(0.003) }, (_, at) => ({
      operation: "group.add-member",
      group: `No Such Group ${at}`,
      member: additions[at]!.member,
    })),
    ...Array.from({ length: share(0.002) }, (_, at) => ({
      operation: "user.explode",
      user: name(leaving[at] ?? leaving[0]!),
    })),
    ...Array.from({ length: share(0.002) }, () => ({
      operation: "group.add-member",
      group: SPECIAL_GROUPS.dynamic,
      member: joiners[0]!.userPrincipalName,
    })),
    ...Array.from({ length: share(0.001) }, () => ({
      operation: "user.create",
      userPrincipalName: `nameless@${domain}`,
    })),
    ...Array.from({ length: share(0.001) }, () => ({
      operation: "user.update",
      user: name(before.users[0]!),
    })),
  ];
  const rows: Record<string, string>[] = [
    ...joiners,
    ...shuffled([
      ...firstGroups,
      ...movers,
      ...additions,
      ...removals,
      ...alreadyMembers,
      ...leavers,
      ...disabledAlready,
      ...wrong,
    ]),
  ];
  const twice = shuffled(movers).slice(0, share(0.01));
  rows.push(...twice);
  while (rows.length < size)
    rows.push({ operation: "user.update", user: name(take(1)[0]!), jobTitle: "Filled in" });
  return rows.slice(0, size);
}

const cell = (text: string): string =>
  /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** The rows as CSV with CRLF, quoted if RFC 4180 requires it. */
export function toCsv(rows: readonly FileRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column] ?? "")).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}
