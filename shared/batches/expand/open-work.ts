import type { PlannedWrite } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import { replay } from "../../records/history/replay.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { acceptanceIn, readMarker } from "../../records/markers/marker.ts";
import { acceptanceOf, readPlannedBefore } from "../../records/markers/planning-marker.ts";
import { batchOf, journalBlob, markersPrefix } from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { streamShard } from "../../records/shard.ts";
import { readStatus } from "../../records/status.ts";
import type { Blobs } from "../../storage/types.ts";
import type { BatchPorts } from "../ports.ts";
import type { OpenWork } from "./expand-job.ts";
import { edgeNumber } from "./wanted-members.ts";

/** An expansion does not wait longer for plans of earlier batches, milliseconds since its batch was accepted. */
const PLANS_MS = 5 * 60_000;

/** So many objects are remembered, some 20 MB; if earlier work names more, it may name any. */
const MOST_OBJECTS = 500_000;

/** Earlier work has to end before the directory shows what a row of the batch expands into. */
export class ExpansionWaits extends Error {
  override readonly name = "ExpansionWaits";
}

/** Work that nothing waits for. */
const noOpenWork: OpenWork = { awaitEnd: () => Promise.resolve() };

/**
 * The open work before a batch, which is read when it is first asked for. A batch waits for earlier ones only, so
 * that no two wait for each other; for none that is held, paused or damaged, because it goes on when a person
 * says so; and for none if it is urgent, or only planned.
 */
export function openWorkBefore(
  { blobs, clock }: Pick<BatchPorts, "blobs" | "clock">,
  manifest: BatchManifest,
): OpenWork {
  if (manifest.mode !== "apply" || manifest.priority === "urgent") return noOpenWork;
  const { runner, batches } = blobs;
  const { tenant } = manifest;
  const accepted = acceptanceOf(manifest);
  let work: Promise<Map<number, string> | undefined> | undefined;
  const read = async (): Promise<Map<number, string> | undefined> => {
    const nowMs = clock.now();
    const [planned] = await readPlannedBefore(runner, tenant, accepted, nowMs);
    if (planned !== undefined && nowMs < Date.parse(manifest.acceptedAt) + PLANS_MS) {
      throw new ExpansionWaits(`batch ${nameIn(planned)}, which was accepted earlier, is planned`);
    }
    const objects = new Map<number, string>();
    for await (const folder of foldersBefore(runner, tenant, accepted)) {
      await noteOpen(batches, folder, objects).catch(ignoreDamage);
      if (objects.size >= MOST_OBJECTS) return undefined;
    }
    return objects;
  };
  return {
    awaitEnd: async (ids) => {
      const objects = await (work ??= read());
      for (const id of ids) {
        const by = objects ? objects.get(numberOf(id)) : "of earlier work";
        if (by === undefined) continue;
        throw new ExpansionWaits(`batch ${by} has not finished a row about ${id}`);
      }
    },
  };
}

/** The name of the batch in that of its marker. */
const nameIn = (marker: string): string => marker.slice(marker.indexOf("Z-") + 2);

const numberOf = (id: string): number => edgeNumber("", id.toLowerCase());

/** The folders of batches with work whose rows come before those of the batch. */
async function* foldersBefore(
  runner: Blobs,
  tenant: string,
  accepted: string,
): AsyncGenerator<string> {
  const prefix = markersPrefix(tenant);
  for await (const { path } of runner.list(prefix)) {
    const name = path.slice(prefix.length);
    if (acceptanceIn(name) >= accepted) continue;
    const marker = await readMarker(runner, tenant, name);
    if (marker && !marker.isSummons && marker.folder !== "") yield marker.folder;
  }
}

/** Notes the objects that rows without a verdict name. */
async function noteOpen(
  batches: Blobs,
  folder: string,
  objects: Map<number, string>,
): Promise<void> {
  const state = (await readStatus(batches, folder))?.state;
  const plan = await readPlan(batches, folder);
  if (plan === undefined || state === "finished" || state === "cancelled") return;
  for (let shard = 1; shard <= plan.shards && objects.size < MOST_OBJECTS; shard++) {
    const path = journalBlob(folder, shard);
    const journal = await batches.read(path);
    const rows = journal && replay(path, journal.bytes.toString("utf8")).rows;
    for await (const piece of streamShard(batches, folder, shard)) {
      for (const { row, write } of piece) {
        if (write === undefined || rows?.get(row)?.receipt) continue;
        for (const id of idsIn(write)) objects.set(numberOf(id), batchOf(folder));
      }
    }
  }
}

/** The objects that a write changes or names, such as a manager. */
const idsIn = ({ target, set }: PlannedWrite): readonly string[] =>
  JSON.stringify([target, set]).match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi) ?? [];

/** A batch that cannot be read goes on once a person has restored it. */
function ignoreDamage(error: unknown): void {
  if (!(error instanceof OperatorError) || error.code !== "BATCH_DAMAGED") throw error;
}
