import type { FinalVerdict, SeatNeed } from "../../../catalogue/row.ts";
import type { PlannedSeats } from "../../../records/plan.ts";
import type { PlannedRow } from "../../../records/shard.ts";

/** What became of the seats that a row needs. */
export type SeatsTaken =
  /** It has them, once these earlier rows have freed theirs. */
  | { readonly after: readonly number[] }
  /** No seat of this product is left for it. */
  | { readonly short: FinalVerdict };

/**
 * The seats of each product while a batch is planned: those that were free when the plan read them, less those
 * that earlier rows take, and those that earlier rows free. A row that takes a freed seat waits for the row
 * that frees it.
 */
export interface Seats {
  take(row: number, seats: Readonly<Record<string, SeatNeed>> | undefined): SeatsTaken;
  /** Takes what a row took that was planned earlier. */
  replay(planned: PlannedRow): void;
  value(): readonly PlannedSeats[];
}

interface Product {
  free: number;
  needed: number;
  freed: number;
  short: number;
  /** Rows that freed a seat which nobody has taken yet, the earliest first. */
  givers: number[];
}

const NONE: SeatsTaken = { after: [] };

export function createSeats(): Seats {
  const products = new Map<string, Product>();
  const productOf = (name: string, free: number): Product => {
    const known = products.get(name);
    if (known !== undefined) return known;
    const product: Product = { free, needed: 0, freed: 0, short: 0, givers: [] };
    products.set(name, product);
    return product;
  };

  const take: Seats["take"] = (row, seats) => {
    if (seats === undefined) return NONE;
    const wanted = Object.entries(seats).map(
      ([name, { by, free }]) => [name, by, productOf(name, free)] as const,
    );
    const lacking = wanted.find(
      ([, by, product]) => by === 1 && product.free === 0 && product.givers.length === 0,
    );
    if (lacking !== undefined) return { short: whyShort(lacking[0], runShort(lacking[2])) };
    const after: number[] = [];
    for (const [, by, product] of wanted) {
      if (by === -1) {
        product.freed += 1;
        product.givers.push(row);
        continue;
      }
      product.needed += 1;
      if (product.free > 0) product.free -= 1;
      else after.push(product.givers.shift()!);
    }
    return { after };
  };

  return {
    take,
    replay: (planned) => {
      if (planned.write) take(planned.row, planned.write.seats);
      const name = shortOf(planned);
      if (name !== undefined) runShort(productOf(name, 0));
    },
    value: () =>
      [...products]
        .filter(([, { needed, freed }]) => needed + freed > 0)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([license, { free, givers, ...counts }]) => ({
          license,
          ...counts,
          left: free + givers.length,
        })),
  };
}

/** Counts a row that has no seat. */
function runShort(product: Product): Product {
  product.needed += 1;
  product.short += 1;
  return product;
}

const CAUSE = "no seat is left of ";

/** The product of which a row has no seat, by its verdict. */
const shortOf = (planned: PlannedRow): string | undefined =>
  planned.verdict === "failed" && planned.cause?.startsWith(CAUSE)
    ? planned.cause.slice(CAUSE.length)
    : undefined;

const whyShort = (name: string, { short }: Product): FinalVerdict => ({
  verdict: "failed",
  reason: `No seat of ${name} is left: the rows before this one take the last. This is the batch's ${short}. row without one.`,
  fix: "Buy seats or take the license from somebody in an earlier row, then send the failed rows again (rerun).",
  cause: `${CAUSE}${name}`,
});
