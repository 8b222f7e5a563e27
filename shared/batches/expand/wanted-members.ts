/** What the rows of one group say together. */
export interface WantedGroup {
  /** The first row that names it: those who are removed are parts of that row. */
  readonly first: number;
  /** A row that says that it shall have no members. */
  empty?: number;
  /** A row that names members. */
  filled?: number;
  /** A row that cannot be used, or names somebody whom nobody knows. */
  unclear?: number;
}

/** What one row says. */
export interface SaidRow {
  readonly row: number;
  /** The group's id, if the directory knows it. */
  readonly group: string | undefined;
  /** The ids of those whom it names and whom the directory knows. */
  readonly members: readonly string[];
  readonly isEmpty: boolean;
  /** It cannot be used, or names somebody whom the directory does not know. */
  readonly isUnclear: boolean;
}

/**
 * Who the members of groups shall be. A member takes a number of 53 bits instead of two ids, so that a
 * million are some 40 MB; if two share one, somebody stays a member who should not.
 */
export interface Wanted {
  readonly groups: ReadonlyMap<string, WantedGroup>;
  add(row: SaidRow): void;
  has(group: string, member: string): boolean;
  /** A row of which the group is not known: whom it names may be a member of any group. */
  unclear(): number | undefined;
}

export function createWanted(): Wanted {
  const groups = new Map<string, WantedGroup>();
  const members = new Set<number>();
  let groupless: number | undefined;
  return {
    groups,
    unclear: () => groupless,
    add: ({ row, group, members: named, isEmpty, isUnclear }) => {
      if (group === undefined) {
        groupless ??= row;
        return;
      }
      const known = groups.get(group) ?? { first: row };
      groups.set(group, known);
      if (isUnclear) known.unclear ??= row;
      if (isEmpty) known.empty ??= row;
      else if (!isUnclear) known.filled ??= row;
      for (const member of named) members.add(edgeNumber(group, member));
    },
    has: (group, member) => members.has(edgeNumber(group, member)),
  };
}

/** 53 bits of a membership: two rounds of a multiplicative hash (cyrb53). */
export function edgeNumber(group: string, member: string): number {
  const text = `${group}/${member}`;
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & two) + (one >>> 0);
}
