import { type ErrorCode, OperatorError, unexpected } from "../../core/errors.ts";
import { type Marker, readMarker, readMarkers } from "../../records/marker.ts";
import { batchOf } from "../../records/paths.ts";
import type { Site } from "../ports.ts";
import { type OpenBatch, openBatch } from "./batch.ts";
import { choose } from "./schedule.ts";
import type { BatchProgress, StateFile } from "./state-file.ts";
import type { StatusWriter } from "./status.ts";

/** Rows that could go now are kept ready beyond this many; below it the next shard is opened. */
const READY_ROWS = 200;
/**
 * Rows open at once of a batch and those before it, and at most twice as many of all: what bounds the
 * memory. A batch with none open may open a shard beyond the first bound, to fill what a large one
 * before it leaves of the budget; and where none before it has any, beyond both: it is more urgent.
 */
const OPEN_ROWS = 5_000;
/** As many batches are looked for ahead; one that waits behind them is found as they end. */
const MARKERS_AHEAD = 50;

/** What is no batch's own fault. */
const outages: ReadonlySet<ErrorCode> = new Set([
  "IDENTITY_UNAVAILABLE",
  "LEASE_LOST",
  "STORAGE_UNAVAILABLE",
]);

/** The tenant's batches in order of work: which are open, what is opened next, what is finished. */
export interface Workload {
  /** Opens what a runner before this one had open: rows in doubt hold their objects from then on. */
  recover(): Promise<void>;
  /** Looks for batches that came since. */
  poll(): Promise<void>;
  /** Batches whose rows may be sent, in order of work. */
  lanes(): OpenBatch[];
  /** Every open batch: one that cannot go on has rows in doubt all the same, which hold their objects. */
  opened(): Iterable<OpenBatch>;
  /** Opens the next shard or finishes the next batch in the background, where that is due. */
  advance(): void;
  /** Whether nothing is open, waits to be opened, or is being finished. */
  isEmpty(): boolean;
  /** Whether something is being opened or finished. */
  isBusy(): boolean;
  /** Why a batch cannot go on until a person has mended it, where there is one. */
  problem(): OperatorError | undefined;
  /** Resolves when nothing goes on in the background. */
  rest(): Promise<void>;
}

/** Nothing is done before `recover`. */
export function createWorkload(
  site: Site,
  options: { readonly state: StateFile; readonly status: StatusWriter },
): Workload & { progress(): BatchProgress[] } {
  const { state, status } = options;
  const before = new Map(state.initial.batches.map((each) => [each.marker, each]));
  let known = new Map<string, Marker>();
  const open = new Map<string, OpenBatch>();
  const broken = new Map<string, OperatorError>();
  const finished = new Set<string>();
  /** From `recover` to `rest`. */
  let isAdvancing = false;
  let opening: Promise<void> | undefined;
  let finishing: Promise<void> | undefined;

  const inOrder = (): { path: string; marker: Marker; batch: OpenBatch | undefined }[] =>
    [...new Map([...known, ...[...open].map(([path, { marker }]) => [path, marker] as const)])]
      .filter(([path]) => !broken.has(path) && !finished.has(path))
      .map(([path, marker]) => ({ path, marker, batch: open.get(path) }))
      .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const lanes = (): OpenBatch[] => inOrder().flatMap(({ batch }) => batch ?? []);

  /** A batch that cannot be read stops itself; an outage, or a successor, stops the slice. */
  const guarded = async (marker: Marker, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof OperatorError ? error : unexpected(error);
      if (outages.has(reason.code)) throw error;
      broken.set(marker.path, reason);
      const stopped = { batch: batchOf(marker.folder), tenant: site.tenant };
      site.emit({ event: "batch.stopped", ...stopped, code: reason.code });
      const batch = open.get(marker.path);
      if (batch) await status.write(batch, reason);
    }
  };
  const openNext = async (marker: Marker): Promise<void> => {
    let batch = open.get(marker.path);
    const isNew = batch === undefined;
    if (batch === undefined) {
      batch = await openBatch(site, marker, before.get(marker.name));
      open.set(marker.path, batch);
    }
    const shard = batch.nextShard();
    if (shard === undefined) return;
    batch.announce(shard);
    await state.save();
    await batch.open(shard);
    if (isNew) await status.write(batch);
  };

  /** The batch to open a shard of, so that enough rows are ready; in order of work. */
  const wanting = (): Marker | undefined => {
    const { picked } = choose({
      lanes: lanes(),
      nowMs: site.clock.monotonic(),
      most: READY_ROWS,
      flights: site.flights,
      peek: true,
    });
    const ofAll = [...open.values()].reduce((sum, batch) => sum + batch.openRows(), 0);
    let soFar = 0;
    let ready = 0;
    for (const { marker, batch } of inOrder()) {
      const own = batch?.openRows() ?? 0;
      soFar += own;
      ready += picked.filter(({ lane }) => lane === batch).length;
      if (ready >= READY_ROWS) return undefined;
      const isMore = batch === undefined || batch.nextShard() !== undefined;
      const isRoom = ofAll < 2 * OPEN_ROWS && (own === 0 || soFar < OPEN_ROWS);
      if (isMore && (isRoom || soFar === 0)) return marker;
    }
    return undefined;
  };

  const finish = async (batch: OpenBatch): Promise<void> => {
    const { marker, outcomes } = batch;
    // The last status takes its figures from this one.
    await status.write(batch);
    await site.finishBatch(marker.folder, outcomes);
    await site.blobs.runner.delete(marker.path);
    finished.add(marker.path);
    open.delete(marker.path);
    before.delete(marker.name);
  };

  const background = (work: Promise<void>, done: () => void): Promise<void> =>
    work
      .catch((error: unknown) => {
        // The slice ends: what failed now would only fail again, without a pause.
        isAdvancing = false;
        site.fail(error);
      })
      .finally(() => {
        done();
        site.wake();
      });
  const advance = (): void => {
    if (!isAdvancing) return;
    const marker = opening ? undefined : wanting();
    if (marker) {
      opening = background(
        guarded(marker, () => openNext(marker)),
        () => (opening = undefined),
      );
    }
    const done = finishing ? undefined : lanes().find((batch) => batch.isDone());
    if (done) {
      finishing = background(
        guarded(done.marker, () => finish(done)),
        () => (finishing = undefined),
      );
    }
  };

  const poll = async (): Promise<void> => {
    const markers = await readMarkers(site.blobs.runner, site.tenant, {
      most: MARKERS_AHEAD,
      known,
      // Those that wait for a person do not hide what stands behind them.
      counts: (path) => !broken.has(path),
    });
    known = new Map(markers.map((marker) => [marker.path, marker]));
    site.wake();
  };
  return {
    recover: async () => {
      await poll();
      const byName = new Map([...known.values()].map((marker) => [marker.name, marker]));
      for (const { marker: name, open: wereOpen } of before.values()) {
        const marker = byName.get(name) ?? (await readMarker(site.blobs.runner, site.tenant, name));
        if (marker === undefined) before.delete(name);
        else known.set(marker.path, marker);
        for (const _ of marker ? wereOpen : []) {
          if (marker && !broken.has(marker.path)) await guarded(marker, () => openNext(marker));
        }
      }
      isAdvancing = true;
    },
    poll,
    lanes,
    opened: () => [
      ...lanes(),
      ...[...open].flatMap(([path, batch]) => (broken.has(path) ? batch : [])),
    ],
    advance,
    isEmpty: () => inOrder().length === 0 && !opening && !finishing,
    isBusy: () => opening !== undefined || finishing !== undefined,
    problem: () => broken.values().next().value,
    rest: async () => {
      isAdvancing = false;
      await Promise.all([opening, finishing]);
    },
    progress: () => [
      ...[...before.values()].filter(
        ({ marker }) => ![...open.values()].some((batch) => batch.marker.name === marker),
      ),
      ...[...open.values()].map((batch) => batch.progress()),
    ],
  };
}
