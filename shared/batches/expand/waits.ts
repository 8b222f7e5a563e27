import type { BatchManifest } from "../../records/manifest.ts";
import { sayAwaiting } from "../../records/markers/planning-marker.ts";
import type { BatchPorts } from "../ports.ts";

/** How the reason begins in the status of a batch that waits. */
export const WAITS = "Waits: ";

/** For what a batch waits. */
export interface WaitsFor {
  readonly why: string;
  /** The objects that the rows name. */
  readonly ids: readonly string[];
  /** Set once the work has ended: when that was first seen, and how long yet Graph may not show it everywhere. */
  readonly ended?: { readonly at: string; readonly leftMs: number } | undefined;
}

/** Earlier work has to end before the directory shows what a row of the batch expands into. */
export class ExpansionWaits extends Error implements Omit<WaitsFor, "why"> {
  override readonly name = "ExpansionWaits";
  readonly ids: readonly string[];
  readonly ended: WaitsFor["ended"];
  /** The objects of rows that do not wait any longer: what they expand into was read, or may be. */
  readonly known: readonly string[];

  constructor({ why, ids, ended }: WaitsFor, known: readonly string[]) {
    super(why);
    this.ids = ids;
    this.ended = ended;
    this.known = known;
  }
}

/**
 * What a batch says while it waits counts for so long, milliseconds, unless it says so again: between two looks it
 * may be expanded for a while.
 */
export const SAID_FOR_MS = 20 * 60_000;

const fixOf = ({ ended }: ExpansionWaits): string =>
  ended
    ? "No action needed: it goes on within a minute."
    : "No action needed. If it cannot wait, pause the earlier batch (batch pause), or cancel this one and send its rows under another name with priority urgent.";

/** A batch that waits is looked at again soon at first, then once a minute. */
export const secondsToWait = (
  { clock }: Pick<BatchPorts, "clock">,
  { acceptedAt }: BatchManifest,
  { ended }: ExpansionWaits,
): number =>
  ended
    ? Math.ceil(ended.leftMs / 1000)
    : Math.min(60, Math.max(5, Math.round((clock.now() - Date.parse(acceptedAt)) / 10_000)));

/** Says for what a batch waits, to later batches as well; answers what its status says. */
export async function sayWaits(
  { blobs, clock }: Pick<BatchPorts, "blobs" | "clock">,
  manifest: BatchManifest,
  waits: ExpansionWaits,
): Promise<{ readonly reason: string; readonly fix: string }> {
  const { message, ids, known, ended } = waits;
  const until = new Date(clock.now() + SAID_FOR_MS).toISOString();
  await sayAwaiting(blobs.runner, manifest, { ids, known, until, endedAt: ended?.at });
  return { reason: `${WAITS}${message}.`, fix: fixOf(waits) };
}
