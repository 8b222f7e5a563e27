import { type Lane, type OpenRow, byAcceptance } from "./open-row.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** An open row as the schedule itself keeps it. */
export interface Entry<L extends Lane> extends Mutable<OpenRow<L>> {
  /** The lane among whose rows it is offered: its own, or a more urgent one that waits for it. */
  urgency: L;
  /** Where it is while it waits only for its time, its group and its turn. */
  spot: "none" | "later" | "group" | "look" | "offered";
  /** It is held, but no edge of its group in flight: it is looked at, or its post was answered. */
  hasLanded: boolean;
}

/** By the instant before which a row does not go. */
export const byTime = (a: Entry<Lane>, b: Entry<Lane>): number =>
  a.notBeforeMs - b.notBeforeMs || (a === b ? 0 : byAcceptance(a, b));

/** In order of work: the more urgent lane first, then by acceptance. */
export function byUrgency(a: Entry<Lane>, b: Entry<Lane>): number {
  if (a.urgency === b.urgency) return a === b ? 0 : byAcceptance(a, b);
  return a.urgency.path < b.urgency.path ? -1 : 1;
}
