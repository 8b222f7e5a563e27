import { recordOf } from "../core/record.ts";
import type { Properties } from "./row.ts";

/** Whether an object as read has every value of `set`. */
export function hasAll(present: Properties, set: Properties): boolean {
  return Object.entries(set).every(([name, wanted]) => isSame(present[name], wanted));
}

/** Whether a value as read is the wanted one: a date in any notation, and of an object the parts that are wanted. */
export function isSame(present: unknown, wanted: unknown): boolean {
  if (wanted === null) return present === null || present === undefined;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(present) &&
      present.length === wanted.length &&
      wanted.every((each, at) => each === present[at])
    );
  }
  if (typeof wanted === "object") {
    const had = recordOf(present);
    return Object.entries(recordOf(wanted)).every(([name, each]) => isSame(had[name], each));
  }
  if (
    typeof wanted === "string" &&
    typeof present === "string" &&
    /^\d{4}-\d\d-\d\dT/.test(wanted)
  ) {
    return Date.parse(wanted) === Date.parse(present);
  }
  return present === wanted;
}
