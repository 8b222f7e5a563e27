import { recordOf, isRecord } from "../core/record.ts";
import type { Properties } from "./row.ts";

/** What a write changes: as it was, if that is known, and as it will be. Never a secret. */
export interface Touched {
  readonly before?: Properties | undefined;
  readonly after: Properties;
}

/**
 * The values of an object that `set` replaces, null for one that it does not have. Of a property that is
 * an object itself only the parts that are set.
 */
export const valuesReplaced = (set: Properties, present: Properties): Properties =>
  Object.fromEntries(
    Object.entries(set).map(([name, wanted]) => [name, replaced(wanted, present[name])]),
  );

const replaced = (wanted: unknown, present: unknown): unknown =>
  isRecord(wanted) ? valuesReplaced(wanted, recordOf(present)) : (present ?? null);

/** What a write touches that sets properties of an object. `present`: the object as it was read, if it was. */
export const touchedBy = (set: Properties, present: Properties | undefined): Touched => ({
  ...(present && { before: valuesReplaced(set, present) }),
  after: set,
});

/** Whether two reads of the same properties show the same; their order makes no difference. */
export function areSameValues(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, at) => areSameValues(each, other[at]));
  }
  if (isRecord(one) && isRecord(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => areSameValues(one[name] ?? null, other[name] ?? null));
  }
  return one === other;
}
