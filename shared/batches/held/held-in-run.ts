import type { VerdictCounts } from "../../catalogue/row.ts";
import { readValues } from "../../records/approval/before.ts";
import { createHeldDigest, writeHeld } from "../../records/approval/held.ts";
import type { BatchFiles } from "../../records/batch-files.ts";
import type { Receipts } from "../../records/receipt.ts";
import { streamShard } from "../../records/shard.ts";
import { storedFormOf } from "../../records/stored-write.ts";
import type { BatchPorts } from "../ports.ts";

/** The end of a batch with rows that were held while it ran. */
interface HeldEnd {
  readonly state: "held";
  readonly unwritten: {
    readonly verdict: "held";
    readonly reason: string;
    readonly fix: string;
  };
  readonly announce: (verdicts: VerdictCounts) => void;
  readonly digest: string;
}

/**
 * How a batch ends that ran and of which rows were held, because they would change something else than was
 * planned: it is held with them, and `held.json` names what an approval has to name.
 *
 * @throws OperatorError BATCH_DAMAGED if what the rows would change cannot be read
 */
export async function heldInRun(
  ports: Pick<BatchPorts, "blobs" | "clock" | "emit">,
  folder: string,
  files: BatchFiles,
  receipts: Receipts,
): Promise<HeldEnd> {
  const { batch, tenant } = files.manifest;
  const digest = await digestOf(ports, folder, files, receipts);
  const announce = ({ held }: VerdictCounts): void =>
    ports.emit({
      event: "batch.held",
      batch,
      tenant,
      guard: "changed-since-plan",
      count: held,
      limit: 0,
      setting: "PLAN_FRESH_MINUTES",
    });
  const unwritten = {
    verdict: "held",
    reason:
      "Some rows were not written: what they would change is not what it was when they were planned. The others were carried out.",
    fix: `Compare before and after of the held rows. If they are not right any more, cancel the batch. If they are, approve what they would write now: npm run batch -- approve ${batch} --plan ${digest}`,
  } as const;
  return { state: "held", unwritten, announce, digest };
}

async function digestOf(
  { blobs, clock }: Pick<BatchPorts, "blobs" | "clock">,
  folder: string,
  { manifest: { batch }, plan }: BatchFiles,
  receipts: Receipts,
): Promise<string> {
  const { batches } = blobs;
  const digest = createHeldDigest(plan.digest ?? "");
  let rows = 0;
  for (let shard = 1; shard <= plan.shards; shard++) {
    const ended = await receipts(shard);
    if (![...ended.values()].some(({ verdict }) => verdict === "held")) continue;
    const values = await readValues(batches, folder, shard);
    for await (const piece of streamShard(batches, folder, shard)) {
      for (const { row, operation, write } of piece) {
        if (write === undefined || ended.get(row)?.verdict !== "held") continue;
        const before = values.get(row)?.before;
        digest.add({ row, operation, write: storedFormOf(write), before });
        rows += 1;
      }
    }
  }
  const at = new Date(clock.now()).toISOString();
  await writeHeld(batches, folder, { version: 1, batch, digest: digest.value(), rows, at });
  return digest.value();
}
