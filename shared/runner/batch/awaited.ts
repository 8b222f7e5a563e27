import { idsIn } from "../../catalogue/row.ts";
import type { OpenRow } from "../schedule/open-row.ts";
import type { OpenBatch } from "./open-batch.ts";

/** Whether a row of the batch waits for the plan of an earlier one that has to see its object first. */
export const isAwaited = (lane: Pick<OpenBatch, "awaited">, write: OpenRow["write"]): boolean =>
  lane.awaited.size > 0 && objectAwaited(lane, write) !== undefined;

const objectAwaited = (
  { awaited }: Pick<OpenBatch, "awaited">,
  write: OpenRow["write"],
): string | undefined => idsIn(write).find((id) => awaited.has(id.toLowerCase()));

/** What the status says of a batch some rows of which wait so. */
export function whyAwaiting(lane: OpenBatch): { readonly reason?: string; readonly fix?: string } {
  if (lane.awaited.size === 0) return {};
  for (const { write } of lane.rows) {
    const id = objectAwaited(lane, write);
    if (id === undefined) continue;
    const by = lane.awaited.get(id.toLowerCase());
    const reason = `Its rows about ${id} wait for batch ${by}, which was accepted earlier and waits itself.`;
    return {
      reason,
      fix: `No action needed. If they cannot wait, cancel batch ${by}, or send them again under another name with priority urgent.`,
    };
  }
  return {};
}
