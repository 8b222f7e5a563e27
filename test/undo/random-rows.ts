import type { Snapshot, SnapshotObject } from "../cloud/graph/app/snapshot.ts";
import { createRandom } from "../cloud/graph/seed/random.ts";

/** A row of a message. */
export type Row = Readonly<Record<string, unknown>>;

const departments = ["Sales", "Legal", "Research", "IT"];
const cities = ["Oslo", "Ulm", "Bonn", "Rome"];

/** Makes a value of a property, out of numbers from 0 to 1. */
type Make = (next: () => number) => unknown;

const pick =
  (from: readonly unknown[]): Make =>
  (next) =>
    from[Math.floor(next() * from.length)];
const text =
  (name: string): Make =>
  (next) =>
    `${name} ${Math.floor(next() * 90) + 10}`;

/** Properties that Graph also takes as empty. */
const clearable: Readonly<Record<string, Make>> = {
  department: pick(departments),
  city: pick(cities),
  companyName: text("Company"),
  employeeHireDate: pick(["2026-01-01T00:00:00Z", "2025-06-30T12:00:00Z"]),
  employeeId: text("E"),
  jobTitle: text("Job"),
  mobilePhone: text("+49"),
  officeLocation: text("Room"),
  passwordPolicies: pick(["DisablePasswordExpiration"]),
  postalCode: text("P"),
  streetAddress: text("Street"),
  surname: text("Name"),
};

/** Properties that are always set to a value, because they have one before. */
const filled: Readonly<Record<string, Make>> = {
  businessPhones: pick([["+49 1"], ["+49 2"], []]),
  displayName: text("Person"),
  accountEnabled: pick([true, false]),
  otherMails: pick([["a@example.com"], ["b@example.com", "c@example.com"], []]),
  onPremisesExtensionAttributes: pick([
    { extensionAttribute1: "x" },
    { extensionAttribute2: "y", extensionAttribute3: null },
    { extensionAttribute1: "z", extensionAttribute15: "w" },
  ]),
};

/** What rows are made about. */
interface Cast {
  readonly users: readonly SnapshotObject[];
  readonly groups: readonly SnapshotObject[];
  readonly deleted: readonly SnapshotObject[];
}

/**
 * Rows of all operations that can be undone, about a few users and groups, so that many meet: users are
 * changed several times, renamed, deleted, and created and changed in one batch. Some rows cannot work.
 */
export function randomRows(
  snapshot: Snapshot,
  domain: string,
  { seed, rows }: { readonly seed: number; readonly rows: number },
): readonly Row[] {
  const random = createRandom(seed);
  const next = (): number => random.next();
  const some = <T>(all: readonly T[], most: number): T[] =>
    all
      .map((each) => ({ each, at: next() }))
      .toSorted((a, b) => a.at - b.at)
      .slice(0, most)
      .map(({ each }) => each);
  const live = new Set(snapshot.users.map(({ id }) => id));
  const cast: Cast = {
    users: some(snapshot.users.filter(isPlain), 14),
    groups: some(snapshot.groups, 3).map((group) => withLive(group, live)),
    deleted: some(snapshot.deletedUsers, 3),
  };
  const created: string[] = [];
  const user = (): string => {
    if (created.length > 0 && next() < 0.25) return pickOne(created, next);
    const { id, values } = pickOne(cast.users, next);
    return next() < 0.5 ? id : String(values["userPrincipalName"]);
  };
  const name = (at: number): string => `u${seed}.${at}@${domain}`;
  return Array.from({ length: rows }, (_, at) => rowOf(at, { next, cast, created, user, name }));
}

const pickOne = <T>(all: readonly T[], next: () => number): T =>
  all[Math.floor(next() * all.length)]!;

/** An account that the application may change: in the cloud only. */
const isPlain = ({ values }: SnapshotObject): boolean => values["onPremisesSyncEnabled"] !== true;

/** Graph shows no deleted members. */
const withLive = (group: SnapshotObject, live: ReadonlySet<string>): SnapshotObject => ({
  ...group,
  members: (group.members ?? []).filter((id) => live.has(id)),
});

interface Making {
  readonly next: () => number;
  readonly cast: Cast;
  /** Names of the users that the rows so far create. */
  readonly created: string[];
  readonly user: () => string;
  readonly name: (at: number) => string;
}

function rowOf(at: number, { next, cast, created, user, name }: Making): Row {
  const kind = next();
  if (kind < 0.1) {
    const userPrincipalName = name(at);
    created.push(userPrincipalName);
    return {
      operation: "user.create",
      userPrincipalName,
      displayName: `New ${at}`,
      ...valuesOf(next, 2),
    };
  }
  if (kind < 0.15) return { operation: "user.update", user: user(), userPrincipalName: name(at) };
  if (kind < 0.4) return { operation: "user.update", user: user(), ...valuesOf(next, 4) };
  if (kind < 0.5) return { operation: "user.disable", user: user() };
  if (kind < 0.6) return { operation: "user.enable", user: user() };
  if (kind < 0.67) return { operation: "user.delete", user: user() };
  const deleted = cast.deleted.length > 0 ? pickOne(cast.deleted, next) : undefined;
  if (deleted && kind < 0.7) return { operation: "user.restore", user: deleted.id };
  const operation = next() < 0.5 ? "group.add-member" : "group.remove-member";
  const group = pickOne(cast.groups, next);
  const member = next() < 0.5 && group.members?.length ? pickOne(group.members, next) : user();
  return { operation, group: group.id, member };
}

/** One to `most` properties with values; some of them are cleared. */
function valuesOf(next: () => number, most: number): Row {
  const makers = Object.entries({ ...clearable, ...filled });
  const set: Record<string, unknown> = {};
  const count = 1 + Math.floor(next() * most);
  for (let at = 0; at < count; at++) {
    const [name, make] = pickOne(makers, next);
    set[name] = Object.hasOwn(clearable, name) && next() < 0.3 ? null : make(next);
  }
  return set;
}
