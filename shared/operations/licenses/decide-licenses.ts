import { type DecidedRow, failedRow, unchangedRow } from "../../catalogue/decided-row.ts";
import type { Found } from "../../catalogue/operation.ts";
import type { Payload } from "../../catalogue/payload.ts";
import type { Properties, SeatNeed } from "../../catalogue/row.ts";
import type { ObjectId } from "../../core/object-id.ts";
import type { Held, Holdings } from "./held.ts";
import { type Sku, keyOf, nameOf, namedPlans, namedSkus, skusIn } from "./skus.ts";

/** What a row wants: licenses that the object then has, and that it then lacks. */
export interface Wish {
  readonly add: readonly Sku[];
  readonly remove: readonly Sku[];
}

/** What an operation makes of a row. */
export type WishOf = (row: {
  readonly payload: Payload;
  readonly skus: readonly Sku[];
  /** What the object has; `undefined` if an earlier row may change that. */
  readonly holdings: Holdings | undefined;
  readonly noun: string;
}) => Wish | DecidedRow;

/** A change of licenses: what is set, what guards count of it, and which seats it takes and frees. */
export interface LicenseChange {
  readonly set: Properties;
  readonly removals: number;
  readonly adds: boolean;
  readonly seats: Readonly<Record<string, SeatNeed>>;
}

/** The texts of a cell that lists some; none if it is empty or cleared. */
export const textsIn = (cell: unknown): readonly string[] =>
  Array.isArray(cell) ? cell.filter((each) => typeof each === "string") : [];

/** Decides what a row changes of an object's licenses, or that it is in place or impossible. */
export function decideLicenses(
  row: { readonly payload: Payload; readonly noun: string; readonly id: ObjectId | undefined },
  holdings: Holdings | undefined,
  found: Found | undefined,
  wishOf: WishOf,
): LicenseChange | DecidedRow {
  const skus = skusIn(found);
  if (skus === undefined) {
    return failedRow(
      "The tenant's products could not be read.",
      "Send the row again in a new batch.",
    );
  }
  const { payload, noun } = row;
  const wish = wishOf({ payload, skus, holdings, noun });
  if ("final" in wish) return wish;
  const both = wish.add.find(({ id }) => wish.remove.some((each) => each.id === id));
  if (both) {
    return failedRow(
      `The row both adds and removes ${nameOf(both)}.`,
      "Name each product in one of the two columns.",
    );
  }
  const cell = payload["disabledPlans"];
  const plans = namedPlans(textsIn(cell), wish.add);
  if ("final" in plans) return plans;
  const change = changeOf(wish, holdings, cell === undefined ? undefined : plans);
  if (Object.keys(change.set).length > 0) return change;
  return row.id === undefined
    ? failedRow("The row changes no license.", "Name a license.")
    : unchangedRow(`The ${noun} has the licenses as the row asks.`, row.id);
}

/** `plans`: those to be disabled, by product; `undefined` leaves them as they are. */
function changeOf(
  { add, remove }: Wish,
  holdings: Holdings | undefined,
  plans: ReadonlyMap<string, readonly string[]> | undefined,
): LicenseChange {
  const set: Record<string, unknown> = {};
  const seats: Record<string, SeatNeed> = {};
  let removals = 0;
  for (const sku of add) {
    const held = holdings?.get(sku.id);
    const wanted = plans?.get(sku.id);
    if (isInPlace(held, wanted)) continue;
    set[keyOf(sku)] = { assigned: true, ...(wanted && { disabledPlans: wanted }) };
    if (holdings && !hasSeat(held)) seats[keyOf(sku)] = { by: 1, free: sku.free };
  }
  for (const sku of remove) {
    const held = holdings?.get(sku.id);
    if (holdings && held?.direct === undefined) continue;
    set[keyOf(sku)] = null;
    removals += 1;
    if (held && !held.isInherited) seats[keyOf(sku)] = { by: -1, free: sku.free };
  }
  const adds = Object.keys(set).length > removals;
  return { set, removals, adds, seats };
}

const isInPlace = (held: Held | undefined, wanted: readonly string[] | undefined): boolean =>
  held?.direct !== undefined && (wanted === undefined || isSameList(held.direct, wanted));

const hasSeat = (held: Held | undefined): boolean =>
  held !== undefined && (held.direct !== undefined || held.isInherited);

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each, at) => each === other[at]);

/** Adds what the row names. */
export const assigns: WishOf = ({ payload, skus }) => {
  const add = namedSkus(textsIn(payload["licenses"]), skus);
  return "final" in add ? add : { add, remove: [] };
};

/** Removes what the row names, as far as it was assigned to the object itself. */
export const removes: WishOf = ({ payload, skus, holdings }) => {
  const remove = namedSkus(textsIn(payload["licenses"]), skus, true);
  if ("final" in remove) return remove;
  return whyInherited(remove, holdings) ?? { add: [], remove };
};

/** Replaces some by others, which only an object gets that has the ones to be replaced. */
export const swaps: WishOf = ({ payload, skus, holdings, noun }) => {
  const remove = namedSkus(textsIn(payload["remove"]), skus, true);
  if ("final" in remove) return remove;
  const add = namedSkus(textsIn(payload["add"]), skus);
  if ("final" in add) return add;
  const inherited = whyInherited(remove, holdings);
  if (inherited) return inherited;
  const lacked = remove.filter(({ id }) => holdings && holdings.get(id)?.direct === undefined);
  const isSwapped = add.every(({ id }) => holdings?.get(id)?.direct !== undefined);
  if (lacked.length === 0 || isSwapped) return { add, remove };
  return failedRow(
    `The ${noun} does not have ${lacked.map(nameOf).join(", ")}, which the row replaces.`,
    `Leave the ${noun} out, or give it the new license with assign-license.`,
  );
};

/** Makes what the row names all that is assigned to the object itself. */
export const sets: WishOf = ({ payload, skus, holdings, noun }) => {
  const add = namedSkus(textsIn(payload["licenses"]), skus);
  if ("final" in add) return add;
  if (holdings === undefined) {
    return failedRow(
      `An earlier row may change the licenses of the ${noun}, so that nobody can tell yet which are too many.`,
      "Put what this row asks into one row, or send this row in a later batch.",
    );
  }
  const direct = [...holdings].filter(([, held]) => held.direct !== undefined);
  const surplus = direct.filter(([id]) => !add.some((sku) => sku.id === id)).map(([id]) => id);
  const remove = namedSkus(surplus, skus, true);
  return "final" in remove ? remove : { add, remove };
};

/** Why a license cannot be removed that a user has from groups only. */
function whyInherited(
  remove: readonly Sku[],
  holdings: Holdings | undefined,
): DecidedRow | undefined {
  for (const sku of remove) {
    const held = holdings?.get(sku.id);
    if (held === undefined || held.direct !== undefined || held.groups.length === 0) continue;
    return failedRow(
      `The user has ${nameOf(sku)} from a group only (${held.groups.slice(0, 5).join(", ")}), and Graph removes no inherited license from a user.`,
      "Remove the user from the group (group.remove-member), or the license from the group (group.remove-license).",
    );
  }
  return undefined;
}
