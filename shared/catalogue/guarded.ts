/** A kind of harm that guards count. */
interface Kind {
  readonly one: string;
  readonly many: string;
  /** What counts as one, for people. */
  readonly means: string;
  /** The objects of which a percentage may be lost in a day, if Graph can count them. */
  readonly of: "users" | undefined;
}

/**
 * What guards count, by kind, and how it is called. A new operation that does harm of another kind
 * (license removals) adds an entry here; the types then ask for its settings.
 */
export const guardedKinds = {
  deletes: { one: "delete", many: "deletes", of: "users", means: "users deleted" },
  disables: { one: "disable", many: "disables", of: "users", means: "accounts disabled" },
  "membership-removals": {
    one: "membership removal",
    many: "membership removals",
    of: undefined,
    means: "members removed from groups",
  },
  "cleared-values": {
    one: "cleared value",
    many: "cleared values",
    of: "users",
    means: "values set to nothing, each property of each user",
  },
  renames: {
    one: "rename",
    many: "renames",
    of: "users",
    means: "users given another userPrincipalName or mail",
  },
  "cleared-group-values": {
    one: "cleared value of a group",
    many: "cleared values of groups",
    of: undefined,
    means:
      "values of groups set to nothing, each property of each group, and groups that stop being security groups",
  },
  "opened-groups": {
    one: "group made public",
    many: "groups made public",
    of: undefined,
    means: "groups that are made public, so that everybody can join and see their content",
  },
  "group-deletes": {
    one: "group delete",
    many: "group deletes",
    of: undefined,
    means: "groups deleted",
  },
  "license-removals": {
    one: "license removal",
    many: "license removals",
    of: undefined,
    means: "licenses taken from users, each product of each user",
  },
  "group-license-removals": {
    one: "license removal from a group",
    many: "license removals from groups",
    of: undefined,
    means: "licenses taken from groups, each product of each group",
  },
  "device-changes": {
    one: "disabled or deleted device",
    many: "disabled or deleted devices",
    of: undefined,
    means: "devices disabled or deleted",
  },
  "session-revocations": {
    one: "session revocation",
    many: "session revocations",
    of: "users",
    means: "users whose sessions are ended, or whose password or redemption is reset",
  },
  "guest-conversions": {
    one: "conversion to guest",
    many: "conversions to guests",
    of: "users",
    means: "users made guests",
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** What a guard counts. */
export type GuardedKind = keyof typeof guardedKinds;

/** How many changes of each kind a row, a batch or a day has; a kind that is absent counts 0. */
export type GuardedCounts = Readonly<Partial<Record<GuardedKind, number>>>;

/** Whether guards count this. */
export const isGuardedKind = (name: string): name is GuardedKind =>
  Object.hasOwn(guardedKinds, name);

/** The kinds, in the order in which guards are shown. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of our own table
export const allGuardedKinds = Object.keys(guardedKinds) as readonly GuardedKind[];
