import type { PlannedRow } from "../../shared/records/shard.ts";
import type { Stage } from "../stage/stage.ts";

/** When a row was first about to be sent and when it got its verdict, as places in the journals. */
interface Times {
  sent?: string;
  ended?: string;
}

/** Parts that were about to be sent before the part before them had its verdict; an oracle of its own. */
export async function partsOutOfOrder(stage: Stage, batch: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  let of = 0;
  let before: { row: number; times: Times } | undefined;
  for (let shard = 1; ; shard++) {
    const name = String(shard).padStart(5, "0");
    const planned = await stage.read(`${batch}/shards/${name}.jsonl`);
    if (planned === undefined) return wrong;
    const times = timesIn((await stage.read(`${batch}/journal/${name}.jsonl`)) ?? "", shard);
    for (const line of planned.trimEnd().split("\n")) {
      const { row, part, write } = JSON.parse(line) as PlannedRow;
      if (part?.of !== of) before = undefined;
      of = part?.of ?? 0;
      if (!write) continue;
      const own = times.get(row) ?? {};
      if (before && own.sent !== undefined && (before.times.ended ?? "~") > own.sent) {
        wrong.push(`row ${row} was sent before row ${before.row} had ended`);
      }
      before = { row, times: own };
    }
  }
}

/** Lines of one journal are in order; those of different ones are compared by their instants. */
function timesIn(journal: string, shard: number): ReadonlyMap<number, Times> {
  const times = new Map<number, Times>();
  for (const [at, line] of journal.split("\n").entries()) {
    if (line === "") continue;
    const record = JSON.parse(line) as {
      t: string;
      at: string;
      rows?: (number | { row: number; verdict?: string })[];
    };
    const place = `${record.at} ${String(shard).padStart(5, "0")} ${String(at).padStart(8, "0")}`;
    for (const entry of record.rows ?? []) {
      const row = typeof entry === "number" ? entry : entry.row;
      const own = times.get(row) ?? {};
      times.set(row, own);
      if (record.t === "intent") own.sent ??= place;
      if (typeof entry === "object" && entry.verdict !== undefined) own.ended ??= place;
    }
  }
  return times;
}
