import type { Properties } from "../../catalogue/row.ts";
import type { GraphAnswer } from "../../core/graph-request.ts";
import { recordOf } from "../../core/record.ts";
import { type RefusalPorts, type RefusedRow, saidBy, type Told } from "./refused-row.ts";

const NO_SEATS = /SKU ([0-9a-f-]{36}) does not have any available licenses/i;

/** Of which product the rows found no seat, how many seats there are, and how many the batch is short of. */
export async function tellSeats(
  { graphFor }: Pick<RefusalPorts, "graphFor">,
  tenant: string,
  rows: readonly RefusedRow[],
): Promise<Told> {
  const short = new Map<string, number[]>();
  for (const { row, receipt } of rows) {
    const sku = NO_SEATS.exec(saidBy(receipt))?.[1]?.toLowerCase();
    if (sku === undefined) continue;
    const lacking = short.get(sku);
    if (lacking) lacking.push(row);
    else short.set(sku, [row]);
  }
  const skus = [...short.keys()];
  const answers = await graphFor(tenant).readAll(
    skus.map((sku) => ({
      method: "GET",
      url: `/subscribedSkus/${tenant}_${sku}?$select=skuPartNumber,prepaidUnits,consumedUnits`,
    })),
    { unanswered: () => undefined },
  );
  const told = new Map<number, { why: string; fix: string }>();
  for (const [at, sku] of skus.entries()) {
    const lacking = short.get(sku) ?? [];
    const explained = seatsOf(sku, lacking.length, answers[at]);
    for (const row of lacking) told.set(row, explained);
  }
  return told;
}

function seatsOf(
  sku: string,
  rows: number,
  answer: GraphAnswer | undefined,
): { readonly why: string; readonly fix: string } {
  const { skuPartNumber, prepaidUnits, consumedUnits }: Properties =
    answer?.status === 200 ? recordOf(answer.body) : {};
  const name = typeof skuPartNumber === "string" ? `${skuPartNumber} (${sku})` : sku;
  const { enabled } = recordOf(prepaidUnits);
  const used =
    typeof enabled === "number" && typeof consumedUnits === "number"
      ? `${consumedUnits} of ${enabled} are taken`
      : "how many there are, LicenseAssignment.Read.All would let this application tell";
  const short =
    rows === 1 ? "1 row of this batch lacks one" : `${rows} rows of this batch lack one`;
  return {
    why: `No seat of the product ${name} is left: ${used}, and ${short}`,
    fix: `Buy ${rows === 1 ? "1 seat" : `${rows} seats`} or take as many from others, then send the failed rows again (rerun).`,
  };
}
