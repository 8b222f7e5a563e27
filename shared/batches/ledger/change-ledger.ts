import { OperatorError } from "../../core/errors.ts";
import type { Ledger } from "../../records/ledger/ledger.ts";
import { ledgerBlob } from "../../records/paths.ts";
import { currentLedger, type SurveyPorts } from "./survey.ts";

/** Only the tenant's runner writes the ledger; another process can do so only while it loses the lease. */
const MOST_TRIES = 5;

/**
 * Changes the tenant's ledger over the version that was read, and answers what `change` answered. A change
 * without a ledger writes nothing. It is asked again if another process wrote in between.
 *
 * @throws OperatorError STORAGE_UNAVAILABLE, as `readLedger`, and what `change` throws
 */
export async function changeLedger<T>(
  ports: Pick<SurveyPorts, "blobs" | "clock">,
  tenant: string,
  change: (ledger: Ledger) => Promise<{ readonly ledger?: Ledger; readonly answer: T }>,
): Promise<T> {
  const path = ledgerBlob(tenant);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { ledger: before, etag } = await currentLedger(ports, tenant);
    const { ledger, answer } = await change(before);
    if (ledger === undefined) return answer;
    const condition = etag === undefined ? ({ ifAbsent: true } as const) : { ifMatch: etag };
    if (await ports.blobs.runner.write(path, JSON.stringify(ledger), condition)) return answer;
  }
  throw new OperatorError("STORAGE_UNAVAILABLE", `${path} is being changed all the time.`, {
    fix: "No action needed: the runner that has the tenant's lease tries again.",
    disposition: "retry",
  });
}
