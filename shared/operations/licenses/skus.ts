import { failedRow, type DecidedRow } from "../../catalogue/decided-row.ts";
import type { Found } from "../../catalogue/operation.ts";
import type { Properties } from "../../catalogue/row.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isGuid } from "../../core/object-id.ts";
import { isRecord, recordOf } from "../../core/record.ts";

/** A part of a product, which can be disabled for one user. */
interface ServicePlan {
  readonly id: string;
  readonly name: string;
}

/** A product that the tenant has bought, as Graph lists it. */
export interface Sku {
  readonly id: string;
  /** Its part number, such as SPE_E3; absent if the tenant has no such product any more. */
  readonly name?: string | undefined;
  readonly plans: readonly ServicePlan[];
  /** Seats that nobody has, none if they are overdrawn. */
  readonly free: number;
  /** Seats that were bought. */
  readonly seats: number;
  /** Whether it can be given to users now: its subscription neither ended nor is it the tenant's as a whole. */
  readonly isAssignable: boolean;
}

/** What is read of the tenant's products. A lookup of them is shared by all rows of a plan. */
export const skusLookup = {
  kind: "subscribed-skus",
  ref: "",
  select: [
    "skuId",
    "skuPartNumber",
    "servicePlans",
    "prepaidUnits",
    "consumedUnits",
    "capabilityStatus",
    "appliesTo",
  ],
} as const;

/** The products are read once a plan and asked for by each of its rows. */
const read = new WeakMap<object, readonly Sku[]>();

/** The tenant's products; `undefined` if the lookup did not bring them. */
export function skusIn(found: Found | undefined): readonly Sku[] | undefined {
  if (found?.state !== "found" || !Array.isArray(found.object["value"])) return undefined;
  const known = read.get(found.object);
  if (known !== undefined) return known;
  const value: readonly unknown[] = found.object["value"];
  const skus = value.flatMap((each) => skuOf(recordOf(each)) ?? []);
  read.set(found.object, skus);
  return skus;
}

function skuOf(raw: Properties): Sku | undefined {
  const { skuId, skuPartNumber, servicePlans, prepaidUnits, consumedUnits } = raw;
  if (typeof skuId !== "string" || typeof skuPartNumber !== "string") return undefined;
  const units = recordOf(prepaidUnits);
  // Seats of a subscription that has just ended can be used until its grace period ends.
  const seats = count(units["enabled"]) + count(units["warning"]);
  return {
    id: skuId.toLowerCase(),
    name: skuPartNumber,
    plans: Array.isArray(servicePlans) ? servicePlans.flatMap(planOf) : [],
    free: Math.max(0, seats - count(consumedUnits)),
    seats,
    isAssignable:
      raw["appliesTo"] !== "Company" &&
      (raw["capabilityStatus"] === "Enabled" || raw["capabilityStatus"] === "Warning"),
  };
}

/** A plan of the whole company cannot be disabled for one user. */
function planOf(raw: unknown): ServicePlan[] {
  if (!isRecord(raw) || raw["appliesTo"] === "Company") return [];
  const { servicePlanId: id, servicePlanName: name } = raw;
  return typeof id === "string" && typeof name === "string" ? [{ id: id.toLowerCase(), name }] : [];
}

const count = (units: unknown): number => (typeof units === "number" ? units : 0);

/** Whether a reference means this: by its name in any case, or by its id. */
const isMeant = (ref: string, { id, name }: Pick<Sku, "id" | "name">): boolean =>
  ref.toLowerCase() === id || ref.toLowerCase() === name?.toLowerCase();

/** The products that a cell names, each once. `isGone`: an id of a product that the tenant lost will do. */
export function namedSkus(
  refs: readonly string[],
  skus: readonly Sku[],
  isGone = false,
): readonly Sku[] | DecidedRow {
  const named = new Map<string, Sku>();
  for (const ref of refs) {
    const sku = skus.find((each) => isMeant(ref, each)) ?? (isGone ? lostSku(ref) : undefined);
    if (sku === undefined) return unknownSku(ref, skus);
    if (!isGone && !sku.isAssignable) {
      return failedRow(
        `${nameOf(sku)} cannot be given to anybody: its subscription has ended, or it is the company's as a whole.`,
        "Renew the subscription, or name another product.",
      );
    }
    named.set(sku.id, sku);
  }
  return [...named.values()];
}

const lostSku = (ref: string): Sku | undefined =>
  isGuid(ref)
    ? { id: ref.toLowerCase(), plans: [], free: 0, seats: 0, isAssignable: false }
    : undefined;

function unknownSku(ref: string, skus: readonly Sku[]): DecidedRow {
  const names = skus.map(({ name = "" }) => name);
  return failedRow(
    `The tenant has no product with the part number or SKU id ${ref}.${didYouMean(ref, names)}`,
    `Name one of its products: ${names.slice(0, 10).join(", ")}${names.length > 10 ? " …" : ""} (GET /subscribedSkus lists all).`,
  );
}

/**
 * The plans that a cell disables, by product: ids, sorted. An entry is a plan's name or id, which counts for
 * every product of the row that has it, or `product/plan`.
 */
export function namedPlans(
  refs: readonly string[],
  skus: readonly Sku[],
): ReadonlyMap<string, readonly string[]> | DecidedRow {
  const disabled = new Map<string, Set<string>>(skus.map(({ id }) => [id, new Set()]));
  for (const ref of refs) {
    const [plan = "", product] = ref.split("/").toReversed();
    const of = skus.filter((sku) => product === undefined || isMeant(product, sku));
    const hits = of.flatMap((sku) =>
      sku.plans.filter((each) => isMeant(plan, each)).map(({ id }) => [sku.id, id] as const),
    );
    if (hits.length === 0) return unknownPlan(ref, plan, of.length > 0 ? of : skus);
    for (const [sku, id] of hits) disabled.get(sku)?.add(id);
  }
  return new Map([...disabled].map(([id, plans]) => [id, [...plans].toSorted()]));
}

function unknownPlan(ref: string, plan: string, skus: readonly Sku[]): DecidedRow {
  const names = [...new Set(skus.flatMap(({ plans }) => plans.map(({ name }) => name)))];
  return failedRow(
    `No product of the row has a service plan ${ref} that can be disabled.${didYouMean(plan, names)}`,
    `Name plans of ${skus.map(nameOf).join(", ")}: ${names.slice(0, 10).join(", ")}${names.length > 10 ? " …" : ""}.`,
  );
}

/** What people call a product. */
export const nameOf = ({ id, name }: Pick<Sku, "id" | "name">): string => name ?? id;

/** The name under which a write sets a license: part number and id, because only the id stays. */
export const keyOf = ({ id, name }: Pick<Sku, "id" | "name">): string =>
  name === undefined ? id : `${name} ${id}`;

/** The SKU id in such a name. */
export const idIn = (key: string): string => key.slice(-36);
