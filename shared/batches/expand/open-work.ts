import { creatorsOf, idsIn, type PlannedWrite } from "../../catalogue/row.ts";
import { OperatorError } from "../../core/errors.ts";
import { planDigest } from "../../records/approval/plan-digest.ts";
import { type BatchFiles, readBatchFiles } from "../../records/batch-files.ts";
import { firstLink } from "../../records/chain.ts";
import { batchDamaged } from "../../records/damaged.ts";
import { isStopped, readControl } from "../../records/decisions/control.ts";
import { readLag } from "../../records/deployment/learned-lag.ts";
import { replay } from "../../records/history/replay.ts";
import type { BatchManifest } from "../../records/manifest.ts";
import { acceptanceIn, readMarker } from "../../records/markers/marker.ts";
import {
  acceptanceOf,
  batchIn,
  readAwaiting,
  type Awaiting,
  MOST_AWAITED,
  readPlannedBefore,
} from "../../records/markers/planning-marker.ts";
import { batchOf, folderOf, journalBlob, markersPrefix, planBlob } from "../../records/paths.ts";
import { streamShard } from "../../records/shard.ts";
import { hasEnded, isBroken, readStatus } from "../../records/status.ts";
import type { Blobs } from "../../storage/types.ts";
import type { BatchPorts } from "../ports.ts";
import type { OpenWork } from "./expand-job.ts";
import { ExpansionWaits, SAID_FOR_MS, WAITS, type WaitsFor } from "./waits.ts";
import { edgeNumber } from "./wanted-members.ts";

/**
 * An expansion does not wait longer for plans of earlier batches, milliseconds since its batch was accepted, unless
 * the status of one of them was written within `SAID_FOR_MS` and says of no trouble: it goes on, or waits itself.
 */
const PLANS_MS = 5 * 60_000;

/** So many objects are remembered, some 20 MB; if earlier work names more, it may name any. */
const MOST_OBJECTS = 500_000;

/** After the end of the work Graph is given so long to show it everywhere, milliseconds, or as long as was learned. */
const SHOWN_MS = 5_000;

/** Why rows about these objects have to wait, as a clause; `undefined` if they need not. */
type WhyWait = (ids: readonly string[]) => string | undefined;

/** Work that nothing waits for. */
const noOpenWork: OpenWork = {
  awaitEnd: () => Promise.resolve(),
  endedAt: () => Promise.resolve(undefined),
};

/**
 * The open work before a batch, which is read when it is first asked for. A batch waits for earlier ones only, so
 * that no two wait for each other; for none that is held, paused or damaged, because it goes on when a person
 * says so; and for none if it is urgent, only planned, or cancelled by now.
 */
export function openWorkBefore(
  ports: Pick<BatchPorts, "blobs" | "clock" | "settings">,
  folder: string,
  manifest: BatchManifest,
): OpenWork {
  if (manifest.mode !== "apply" || manifest.priority === "urgent") return noOpenWork;
  let work: ReturnType<typeof readWork> | undefined;
  let waited: ReturnType<typeof readAwaiting> | undefined;
  const waitedFor = () => (waited ??= readAwaiting(ports.blobs.runner, manifest));
  const free = new Set<string>();
  return {
    endedAt: async () => (await waitedFor())?.endedAt,
    awaitEnd: async (some) => {
      const ids = [...some];
      const whyWait = await (work ??= readWork(ports, folder, manifest));
      if (whyWait === undefined) return;
      const why = whyWait(ids);
      const before = await waitedFor();
      const waits = why ? { why, ids } : await awaitsShown(ports, manifest, ids, before);
      if (waits !== undefined)
        throw new ExpansionWaits(waits, [
          ...free,
          ...(before?.ids ?? []),
          ...(before?.known ?? []),
        ]);
      for (const id of ids) if (free.size < MOST_AWAITED) free.add(id);
    },
  };
}

/** The open work before a batch; `undefined` if the batch was cancelled by now. */
async function readWork(
  ports: Pick<BatchPorts, "blobs" | "clock" | "settings">,
  folder: string,
  manifest: BatchManifest,
): Promise<WhyWait | undefined> {
  const { runner, batches } = ports.blobs;
  if (isStopped(await readControl(batches, folder))) return undefined;
  const planned = await plannedBefore(ports, manifest);
  if (planned !== undefined)
    return () => `batch ${planned}, which was accepted earlier, is planned`;
  const objects = new Map<number, string>();
  for await (const before of foldersBefore(runner, manifest.tenant, acceptanceOf(manifest))) {
    const found = await openIn(batches, before, MOST_OBJECTS - objects.size).catch(ignoreDamage);
    for (const id of found ?? []) objects.set(id, batchOf(before));
    if (objects.size < MOST_OBJECTS) continue;
    return ([id]) =>
      id && `earlier batches have so many unfinished rows that one may be about ${id}`;
  }
  return (ids) => {
    const id = ids.find((each) => objects.has(numberOf(each)));
    return id && `batch ${objects.get(numberOf(id))} has not finished a row about ${id}`;
  };
}

/** After a batch has waited for work on some objects, what it reads of them must show that work. */
async function awaitsShown(
  { blobs: { runner }, clock }: Pick<BatchPorts, "blobs" | "clock">,
  manifest: BatchManifest,
  ids: readonly string[],
  waited: Awaiting | undefined,
): Promise<WaitsFor | undefined> {
  const before = new Set(waited?.ids);
  if (waited === undefined || !ids.some((id) => before.has(id))) return undefined;
  const { endedAt: at = new Date(clock.now()).toISOString() } = waited;
  const shownMs = Math.max(SHOWN_MS, await readLag(runner, manifest.tenant));
  const leftMs = Date.parse(at) + shownMs - clock.now();
  if (leftMs <= 0) return undefined;
  const why = "Graph may not show yet what earlier work has changed";
  return { why, ids: waited.ids, ended: { at, leftMs } };
}

/** The name of an earlier batch of which the plan is to be waited for. */
async function plannedBefore(
  { blobs, clock, settings }: Pick<BatchPorts, "blobs" | "clock" | "settings">,
  manifest: BatchManifest,
): Promise<string | undefined> {
  const nowMs = clock.now();
  const before = (sinceMs: number): Promise<readonly string[]> =>
    readPlannedBefore(blobs.runner, manifest.tenant, acceptanceOf(manifest), sinceMs);
  const isInTime = nowMs < Date.parse(manifest.acceptedAt) + PLANS_MS;
  const [recent] = isInTime ? await before(nowMs) : [];
  if (recent !== undefined) return batchIn(recent);
  for (const name of (await before(0)).map(batchIn)) {
    const folder = folderOf(settings.homeTenant, manifest.tenant, name);
    const status = await readStatus(blobs.batches, folder).catch(ignoreDamage);
    const { state, reason, updatedAt = "" } = status ?? {};
    // While it sees whether it still has to wait, it gives no reason.
    const waits = state === "accepted" && (reason === undefined || reason.startsWith(WAITS));
    if (waits && nowMs < Date.parse(updatedAt) + SAID_FOR_MS) return name;
  }
  return undefined;
}

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

/**
 * The objects, at most so many, that rows without a verdict name.
 *
 * @throws OperatorError BATCH_DAMAGED
 */
async function openIn(batches: Blobs, folder: string, most: number): Promise<Iterable<number>> {
  const found = new Set<number>();
  const status = await readStatus(batches, folder);
  if (hasEnded(status?.state)) return found;
  if (status && isBroken(status)) return found;
  const plan = await readWholePlan(batches, folder);
  const created = new Map<number, string>();
  for (let shard = 1; shard <= plan.shards && found.size < most; shard++) {
    const path = journalBlob(folder, shard);
    const journal = await batches.read(path);
    const link = firstLink(plan, shard);
    const rows = journal && replay(path, journal.bytes.toString("utf8"), link).rows;
    for await (const piece of streamShard(batches, folder, shard)) {
      for (const { row, write } of piece) {
        const receipt = rows?.get(row)?.receipt;
        if (receipt?.objectId && write?.target.kind === "new") created.set(row, receipt.objectId);
        if (write === undefined || receipt) continue;
        for (const id of objectsOf(write, created)) found.add(numberOf(id));
      }
    }
  }
  return found;
}

/** @throws OperatorError BATCH_DAMAGED also if the runner would not take the plan for what was planned */
async function readWholePlan(batches: Blobs, folder: string): Promise<BatchFiles["plan"]> {
  const { manifest, plan } = await readBatchFiles(batches, folder);
  const { digest, shardDigests = [] } = plan;
  if (digest === undefined || planDigest(manifest, shardDigests) === digest) return plan;
  throw batchDamaged(planBlob(folder), "is not what was planned: its digest is another");
}

/** The objects that a write is about, also those that earlier rows `created`. */
const objectsOf = (
  write: PlannedWrite,
  created: ReadonlyMap<number, string>,
): readonly string[] => [
  ...idsIn(write),
  ...creatorsOf(write).flatMap((row) => created.get(row) ?? []),
];

/** A batch that cannot be read goes on once a person has restored it. */
function ignoreDamage(error: unknown): undefined {
  if (!(error instanceof OperatorError) || error.code !== "BATCH_DAMAGED") throw error;
  return undefined;
}
