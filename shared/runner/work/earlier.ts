import { chunk } from "../../core/chunk.ts";
import { OperatorError } from "../../core/errors.ts";
import { type Marker, acceptanceIn, readMarkersBehind } from "../../records/markers/marker.ts";
import { readPlan } from "../../records/plan.ts";
import { isAwaited } from "../batch/awaited.ts";
import type { LeftRow, OpenBatch } from "../batch/open-batch.ts";
import { createTouchedKeys } from "../batch/touched-keys.ts";
import { stopIfBroken } from "./broken.ts";
import { openedBatch } from "./opened-batch.ts";
import type { Glimpse, Work } from "./work.ts";

/** Plans of batches that are not open, read at a time. */
const GLIMPSES_AT_ONCE = 16;

/**
 * Rows on one object are sent in order of acceptance, also if the later batch is more urgent. Before rows
 * of a batch are opened, this opens the rows of earlier batches that share a key with them and whose
 * turn has not come. The schedule then sends these first, as urgently as the rows that wait for them.
 *
 * @throws an outage, or that another runner took over. An earlier batch that is damaged stops only itself.
 */
export async function pullEarlier(
  work: Work,
  lane: OpenBatch,
  rows: readonly Pick<LeftRow, "write">[],
): Promise<void> {
  const earlier = await earlierThan(work, lane);
  if (earlier.length === 0) return;
  const keys = new Set(rows.flatMap(({ write }) => write.keys));
  const touching = new Set<Marker>();
  // A row of an earlier batch may share another key with a row of a batch before that.
  for (let fresh = new Set(keys); fresh.size > 0;) {
    const beside = new Set<string>();
    for (const marker of await touchedBy(work, earlier, fresh)) {
      touching.add(marker);
      const batch = work.batches.open.get(marker.path);
      await stopIfBroken(work, marker, async () => {
        for (const key of (await batch?.keysBeside(fresh)) ?? [])
          if (!keys.has(key)) beside.add(key);
      });
    }
    for (const key of beside) keys.add(key);
    fresh = beside;
  }
  for (const marker of earlier.filter((each) => touching.has(each))) {
    const batch = work.batches.open.get(marker.path);
    await stopIfBroken(work, marker, async () => {
      if (batch === undefined) return;
      await noteAwaited(work, batch);
      // Until it is known what is opened: it must not be looked at for a moment.
      noteMayUndo(work, batch);
      await batch.pull(keys, () => work.state.save());
      awaitPlans(work, batch, [...batch.rows]);
    });
  }
}

/**
 * Notes whether an earlier batch that is still being planned may undo what these rows found in place, or has to see
 * their objects before they are sent.
 */
export async function noteEarlierPlans(
  work: Work,
  lane: OpenBatch,
  rows: readonly Pick<LeftRow, "write">[],
): Promise<void> {
  await noteAwaited(work, lane);
  if (areSomeInPlace(rows)) noteMayUndo(work, lane);
  awaitPlans(work, lane, [...lane.rows, ...rows]);
}

/**
 * Sees whether the earlier batches are planned that some batches await; if they are, the rows that they touch
 * are opened before rows of these batches are looked at or sent. Other batches then follow the next time.
 */
export async function seeToEarlierPlans(work: Work, lanes: readonly OpenBatch[]): Promise<void> {
  await work.planning.read();
  for (const lane of lanes) {
    let isFree = false;
    await stopIfBroken(work, lane.marker, async () => {
      isFree = await seeTo(work, lane);
    });
    if (isFree) break;
  }
  // Rows that were barred may go.
  work.site.wake();
}

/** Answers whether rows of it await nothing more. */
async function seeTo(work: Work, lane: OpenBatch): Promise<boolean> {
  const rows = [...lane.rows];
  const awaited = work.planning.awaitedBefore(lane);
  const isAny = work.planning.mayUndo(lane);
  const free = rows.filter(({ write }) =>
    isAwaited(lane, write)
      ? !isAwaited({ awaited }, write)
      : write.foundInPlace !== undefined && !isAny,
  );
  if (free.length > 0) {
    await work.poll();
    await pullEarlier(work, lane, free);
  }
  setAwaited(work, lane, awaited);
  // As it was read before those rows were opened: what was planned meanwhile is seen to the next time.
  if (!isAny || !areSomeInPlace(rows)) lane.mayUndoSinceMs = undefined;
  lane.awaitsPlansMs = undefined;
  awaitPlans(work, lane, rows);
  return free.length > 0;
}

/** Those of which the plan is made by now are left out once the rows are open that go first. */
async function noteAwaited(work: Work, lane: OpenBatch): Promise<void> {
  await work.planning.read();
  const awaited = work.planning.awaitedBefore(lane);
  if (lane.awaited.size === 0) setAwaited(work, lane, awaited);
  else if (awaited !== lane.awaited) setAwaited(work, lane, new Map([...lane.awaited, ...awaited]));
}

/** Its open rows are kept back, or let go, as they are awaited now. */
function setAwaited({ site }: Work, lane: OpenBatch, awaited: OpenBatch["awaited"]): void {
  if (awaited === lane.awaited) return;
  const changed = [...lane.rows].filter(
    ({ write }) => isAwaited(lane, write) !== isAwaited({ awaited }, write),
  );
  lane.awaited = awaited;
  site.schedule.reoffer(changed);
}

/** How many of the rows wait for an earlier batch that has to see their object first. */
function awaitingIn(lane: OpenBatch, rows: Iterable<Pick<LeftRow, "write">>): number {
  let count = 0;
  for (const { write } of rows) if (isAwaited(lane, write)) count += 1;
  return count;
}

const areSomeInPlace = (rows: readonly Pick<LeftRow, "write">[]): boolean =>
  rows.some(({ write }) => write.foundInPlace !== undefined);

/** Lets no row of a batch be unchanged that was found in place, if the plan of an earlier batch may undo it. */
function noteMayUndo({ site: { clock }, planning }: Work, lane: OpenBatch): void {
  if (planning.mayUndo(lane)) lane.mayUndoSinceMs ??= clock.monotonic();
}

/** How often to check whether earlier batches are planned, milliseconds. */
const PLANS_EVERY_MS = 1_000;
/**
 * If none of them waits, the check comes once a tenth more of the time has passed, up to this: then nothing but rows
 * that found their change in place awaits a plan.
 */
const PLANS_AT_MOST_MS = 5_000;

/** Counts which of its rows a batch keeps back, and notes when to see again what it awaits. */
function awaitPlans(
  { site: { clock } }: Work,
  lane: OpenBatch,
  rows: readonly Pick<LeftRow, "write">[],
): void {
  const nowMs = clock.monotonic();
  lane.awaitingRows = awaitingIn(lane, rows);
  const { awaited, awaitingRows, mayUndoSinceMs } = lane;
  const isAny = awaitingRows > 0 || mayUndoSinceMs !== undefined;
  const longMs = Math.min(PLANS_AT_MOST_MS, (nowMs - (mayUndoSinceMs ?? nowMs)) / 10);
  const pauseMs = awaited.size > 0 ? PLANS_EVERY_MS : Math.max(PLANS_EVERY_MS, longMs);
  lane.awaitsPlansMs = isAny
    ? Math.min(lane.awaitsPlansMs ?? Infinity, nowMs + pauseMs)
    : undefined;
}

/** The batches that were accepted before this one and have shards to come, in order of acceptance. */
async function earlierThan({ site, batches }: Work, lane: OpenBatch): Promise<Marker[]> {
  const markers = batches
    .inOrder()
    .filter(({ batch }) => batch === undefined || (batch.nextShard() !== undefined && !batch.halt))
    .map(({ marker }) => marker);
  if (!batches.isComplete()) {
    const known = new Set(batches.known.keys());
    markers.push(...(await readMarkersBehind(site.blobs.runner, site.tenant, lane.path, known)));
  }
  return markers
    .filter(({ path, name }) => acceptanceIn(name) < lane.accepted && !batches.broken.has(path))
    .toSorted((a, b) => (acceptanceIn(a.name) < acceptanceIn(b.name) ? -1 : 1));
}

/** Those of the batches that may touch one of the keys; each is open then. */
async function touchedBy(
  work: Work,
  markers: readonly Marker[],
  keys: ReadonlySet<string>,
): Promise<Marker[]> {
  const { batches, before } = work;
  const isOpen = ({ path }: Marker): boolean => batches.open.has(path);
  // A batch that an earlier runner began may have created users that its shards do not name.
  const unopened = markers.filter((each) => !isOpen(each) && !before.has(each.name));
  const touched = new Set<Marker>();
  for (const some of chunk(unopened, GLIMPSES_AT_ONCE)) {
    await Promise.all(
      some.map(async (marker) => {
        const glimpse = await glimpseOf(work, marker);
        const range = { first: 1, last: glimpse?.shards ?? 0 };
        const found = (await glimpse?.touched.shardsWith(keys, range)) ?? [];
        if (found.length > 0) touched.add(marker);
      }),
    );
  }
  for (const marker of markers) {
    if (isOpen(marker) || batches.broken.has(marker.path)) continue;
    if (!touched.has(marker) && !before.has(marker.name)) continue;
    await stopIfBroken(work, marker, async () => void (await openedBatch(work, marker)));
  }
  return markers.filter(isOpen);
}

/** What a batch that is not open touches; `undefined` if its plan cannot be read. */
async function glimpseOf({ site, glimpses }: Work, marker: Marker): Promise<Glimpse | undefined> {
  const known = glimpses.get(marker.path);
  if (known) return known;
  try {
    const plan = await readPlan(site.blobs.batches, marker.folder);
    if (plan === undefined) return undefined;
    const touched = createTouchedKeys(site.blobs.batches, marker.folder);
    const glimpse = { touched, shards: plan.shards };
    glimpses.set(marker.path, glimpse);
    return glimpse;
  } catch (error) {
    if (error instanceof OperatorError && error.code === "BATCH_DAMAGED") return undefined;
    throw error;
  }
}
