import { recordOf } from "../../shared/core/record.ts";
import type { Snapshot } from "../cloud/graph/app/snapshot.ts";

/** What time makes of a user, whoever changes it. */
const TIMES = [
  "deletedDateTime",
  "signInSessionsValidFromDateTime",
  "lastPasswordChangeDateTime",
  "refreshTokensValidFromDateTime",
  // It follows from the licenses, with the instant of each.
  "assignedPlans",
];

const LICENSES = ["licenseAssignmentStates", "assignedLicenses"];

/** The directory as it stands: every user with all values, every group with its members. */
export type Fingerprint = ReadonlyMap<string, string>;

/** One line for each property of each user and each group, and for each membership. */
export function fingerprintOf({ users, groups }: Snapshot): Fingerprint {
  const live = new Set([...users, ...groups].map(({ id }) => id));
  const lines = new Map<string, string>();
  for (const { id, values, members = [] } of [...users, ...groups]) {
    lines.set(id, "is there");
    for (const [name, value] of Object.entries(values)) {
      const told = LICENSES.includes(name) ? licensesIn(value) : value;
      if (!TIMES.includes(name) && !isEmpty(told)) lines.set(`${id} ${name}`, canonical(told));
    }
    // A deleted user keeps its memberships, which nobody sees while it is deleted.
    for (const member of members) if (live.has(member)) lines.set(`${id} has ${member}`, "yes");
  }
  return lines;
}

/** What differs between two fingerprints: `<object> <property>: before → after`. */
export function differences(before: Fingerprint, after: Fingerprint): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name}: ${before.get(name) ?? "-"} → ${after.get(name) ?? "-"}`);
}

/** Products, without the order and the instants in which they were assigned. */
const licensesIn = (states: unknown): readonly string[] =>
  (Array.isArray(states) ? states.map(recordOf) : [])
    .map(({ skuId, assignedByGroup, disabledPlans }) =>
      JSON.stringify([skuId, assignedByGroup, disabledPlans]),
    )
    .toSorted();

/** Nothing, no entry, or an object without a value. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && Object.values(value).every(isEmpty));

/** The order of an object's properties, and empty ones, make no difference. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return JSON.stringify(value);
  }
  const parts = Object.entries(value).filter(([, each]) => !isEmpty(each));
  return JSON.stringify(Object.fromEntries(parts.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
