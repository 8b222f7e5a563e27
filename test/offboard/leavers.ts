import type { Snapshot, SnapshotObject } from "../cloud/graph/app/snapshot.ts";
import { createRandom, type Random } from "../cloud/graph/seed/random.ts";
import { SPECIAL_GROUPS } from "../cloud/graph/seed/seed-groups.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";

/** A row of a leavers' file. */
export interface LeaverRow {
  readonly user: string;
  readonly keepGroups: string;
  readonly handOver: string;
  readonly leave: string;
}

/** Groups of which nobody is removed, because the application cannot change them. */
const CLOSED: readonly string[] = [
  SPECIAL_GROUPS.dynamic,
  SPECIAL_GROUPS.distribution,
  SPECIAL_GROUPS.mailEnabledSecurity,
  SPECIAL_GROUPS.synced,
];

/** Gives every user a manager, and some of them a membership that nobody can change. */
export async function giveManagers(cloud: LocalCloud, seed: number): Promise<void> {
  const { control } = cloud;
  const random = createRandom(seed + 1);
  const { users, groups } = await control.graph("snapshot", { properties: ["displayName"] });
  const closed = groups.filter(({ values }) => CLOSED.includes(String(values["displayName"])));
  for (const [at, { id }] of users.entries()) {
    const boss = at === 0 ? undefined : users[random.below(at)]!.id;
    if (boss) await control.graph("link", { relation: "manager", from: id, to: boss });
    const group = random.below(5) === 0 ? closed[random.below(closed.length)] : undefined;
    if (group && !group.members?.includes(id)) {
      await control.graph("link", { relation: "members", from: group.id, to: id });
    }
  }
}

/** Two products that can be held at once, as the local cloud sells them. */
const PRODUCTS = ["05e9a617-0261-4cee-bb44-138d3ef5d965", "078d2b04-f1bd-4111-bbd4-b4b1b354cef4"];

/** A user's licenses as the local cloud keeps them. */
export const licensesOf = (
  states: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, unknown>> => ({
  licenseAssignmentStates: states,
  assignedLicenses: states.map(({ skuId }) => ({ skuId, disabledPlans: [] })),
});

/** Gives half of the users a license of their own, some of them a second one from a group that nobody changes. */
export async function giveLicenses(cloud: LocalCloud, seed: number): Promise<void> {
  const { control } = cloud;
  const random = createRandom(seed + 3);
  const { users, groups } = await control.graph("snapshot", { properties: ["displayName"] });
  const closed = groups.filter(({ values }) => CLOSED.includes(String(values["displayName"])));
  for (const { id } of users) {
    const own = random.below(2) === 0 ? [PRODUCTS[0]] : [];
    const giver = closed.find(({ members }) => members?.includes(id));
    const given = giver && random.below(2) === 0 ? [PRODUCTS[1]] : [];
    const state = { disabledPlans: [], state: "Active", error: "None", lastUpdatedDateTime: SINCE };
    const states = [
      ...own.map((skuId) => ({ ...state, skuId, assignedByGroup: null })),
      ...given.map((skuId) => ({ ...state, skuId, assignedByGroup: giver?.id })),
    ];
    if (states.length > 0) await control.graph("update", { id, values: licensesOf(states) });
  }
}

const SINCE = "2026-01-01T00:00:00Z";

const isMastered = ({ values }: SnapshotObject): boolean =>
  values["onPremisesSyncEnabled"] === true;

/** A file of so many leavers: most without a wish, some who keep groups, some whom nobody knows. */
export function leaversFile(
  { users, groups }: Snapshot,
  domain: string,
  options: { readonly leavers: number; readonly seed: number },
): readonly LeaverRow[] {
  const random = createRandom(options.seed + 2);
  const open = users.filter((user) => !isMastered(user));
  const chosen = shuffled(open, random).slice(0, options.leavers);
  const stayers = open.filter((user) => !chosen.includes(user));
  return chosen.map((user, at): LeaverRow => {
    const own = groups.filter(({ members }) => members?.includes(user.id));
    const kept =
      own.length > 0 && random.below(5) === 0 ? own[random.below(own.length)] : undefined;
    const isUnknown = random.below(33) === 0;
    const name = random.below(3) === 0 ? user.id : String(user.values["userPrincipalName"]);
    return {
      user: isUnknown ? `nobody-${at}@${domain}` : name,
      keepGroups: kept === undefined ? "" : groupName(kept, random),
      handOver: random.below(10) === 0 ? stayers[random.below(stayers.length)]!.id : "",
      leave: random.below(10) === 0 ? LEFT[random.below(LEFT.length)]! : "",
    };
  });
}

const LEFT = [
  "groups",
  "licenses",
  "reports|manager",
  "sessions",
  "disable|sessions|groups|licenses|reports|manager",
];

const groupName = ({ id, values }: SnapshotObject, random: Random): string =>
  random.below(2) === 0 ? id : String(values["displayName"]);

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  for (let at = left.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left;
}

/** The file as CSV. */
export const leaversCsv = (rows: readonly LeaverRow[]): string =>
  [
    "user,keepGroups,handOver,leave",
    ...rows.map(({ user, keepGroups, handOver, leave }) =>
      [user, keepGroups, handOver, leave].map((cell) => `"${cell}"`).join(","),
    ),
    "",
  ].join("\n");
