import type { OperatorError } from "../../core/errors.ts";
import { type Marker, readMarker, readMarkers } from "../../records/markers/marker.ts";
import { isPlanning } from "../../records/markers/planning-marker.ts";
import { openBatch } from "../batch/batch.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { BatchProgress, StateFile } from "../state-file.ts";
import { createBatchList } from "./batch-list.ts";
import { stopIfBroken } from "./broken.ts";
import { seeToEarlierPlans } from "./earlier.ts";
import { endHalted, finishBatch } from "./end-batch.ts";
import { batchToOpen, openNextShard, reopenAhead } from "./open-next.ts";
import { createPlanningWatch } from "./planning-watch.ts";
import { seeToPolicies } from "./policy-pause.ts";
import { seeToDecisions } from "./see-to-decisions.ts";
import type { StatusWriter, Work } from "./work.ts";

/** How long a runner without work waits for a batch that is being planned, milliseconds: it is rung for early. */
const WAIT_FOR_PLAN_MS = 15_000;
/** As many batches are looked for ahead; one that waits behind them is found as they end. */
const MARKERS_AHEAD = 50;

/** The tenant's batches in order of work (see `Work` for the states of a batch). */
export interface Workload {
  /** Opens what an earlier runner had open: rows in doubt hold their objects from then on. */
  recover(): Promise<void>;
  /** Looks for batches that came since, and at what people decided. */
  poll(): Promise<void>;
  /** The open batches whose rows may be sent, in order of work. */
  lanes(): readonly OpenBatch[];
  /** Opens the next shard and finishes the next batch, in the background, if that is due. */
  advance(): void;
  /** Whether no batch is known, open or being finished, apart from broken ones. */
  isEmpty(): boolean;
  /** Whether a shard of the batch is being opened. */
  isOpening(batch: Pick<OpenBatch, "path">): boolean;
  /** Whether a shard is being opened or a batch finished. */
  isBusy(): boolean;
  /** Whether a batch is being planned, and has not been waited for too long. */
  isComing(): Promise<boolean>;
  /** Why a batch cannot continue until a person has fixed it, if there is one. */
  problem(): OperatorError | undefined;
  /** How long until a batch is asked again whose time has not come, milliseconds; Infinity if there is none. */
  laterMs(): number;
  /** Starts nothing more, and resolves when nothing runs in the background. */
  rest(): Promise<void>;
  /** What a successor needs to know of the batches. */
  progress(): BatchProgress[];
}

/** Does nothing before `recover`. */
export function createWorkload(
  site: Site,
  options: { readonly state: StateFile; readonly status: StatusWriter },
): Workload {
  const before = new Map(options.state.initial.batches.map((each) => [each.marker, each]));
  const work: Work = {
    site,
    ...options,
    before,
    batches: createBatchList(),
    glimpses: new Map(),
    planning: createPlanningWatch(site),
    standing: { tenant: undefined },
    later: { untilMs: Infinity },
    poll: () => poll(work),
    begin: (marker) => openBatch(site, marker, before.get(marker.name)),
  };
  const { batches } = work;
  const tasks = createTasks(work);
  return {
    recover: async () => {
      await poll(work);
      await seeToDecisions(work);
      await recover(work);
      tasks.start();
    },
    poll: async () => {
      await poll(work);
      await seeToPolicies(work);
      await seeToDecisions(work);
    },
    lanes: () => batches.lanes(),
    advance: tasks.advance,
    isEmpty: () => dueBatches(work).length === 0 && !tasks.isBusy(),
    isOpening: tasks.isOpening,
    isBusy: tasks.isBusy,
    isComing: createComing(work),
    problem: () => batches.problem(),
    laterMs: () => work.later.untilMs - site.clock.now(),
    rest: tasks.rest,
    progress: () => progressOf(work),
  };
}

/** The batches with something to do: of a paused tenant only those that are open, or were cancelled. */
const dueBatches = ({ batches, standing }: Work) =>
  batches
    .inOrder()
    .filter(
      ({ marker, batch }) =>
        standing.tenant === undefined || batch !== undefined || marker.isSummons === true,
    );

/** A plan that takes long rings again when it is made. */
function createComing({ site: { blobs, tenant, clock }, batches }: Work): () => Promise<boolean> {
  let [ended, sinceMs] = [0, clock.monotonic()];
  return async () => {
    if (batches.ended() !== ended) [ended, sinceMs] = [batches.ended(), clock.monotonic()];
    if (clock.monotonic() - sinceMs > WAIT_FOR_PLAN_MS) return false;
    return isPlanning(blobs.runner, tenant, clock.now());
  };
}

async function poll(work: Work): Promise<void> {
  const { site, batches } = work;
  const { known, broken } = batches;
  const markers = await readMarkers(site.blobs.runner, site.tenant, {
    most: MARKERS_AHEAD,
    known,
    // Those that wait for a person do not hide the batches behind them.
    counts: (path) => !broken.has(path),
  });
  batches.replaceKnown(markers, markers.length < MARKERS_AHEAD);
  site.wake();
}

async function recover(work: Work): Promise<void> {
  const { site, batches, before } = work;
  const byName = new Map([...batches.known.values()].map((marker) => [marker.name, marker]));
  for (const { marker: name, open, ahead = [] } of before.values()) {
    const marker = byName.get(name) ?? (await readMarker(site.blobs.runner, site.tenant, name));
    if (marker === undefined) {
      before.delete(name);
      continue;
    }
    batches.add(marker);
    for (const _ of open) {
      if (batches.broken.has(marker.path)) break;
      await stopIfBroken(work, marker, () => openNextShard(work, marker));
    }
    if (ahead.length === 0 || batches.broken.has(marker.path)) continue;
    await stopIfBroken(work, marker, () => reopenAhead(work, marker));
  }
}

/** At most one shard is opened and one batch finished at a time, beside the sending. */
function createTasks(work: Work) {
  const { site, batches } = work;
  let isStarted = false;
  /** What is being opened; `path`: the marker of the batch, if it is a shard of it. */
  let opening: { readonly path?: string; readonly done: Promise<void> } | undefined;
  let finishing: Promise<void> | undefined;
  const preparing = new Set<OpenBatch>();
  const run = (marker: Marker, task: () => Promise<void>, done: () => void): Promise<void> =>
    stopIfBroken(work, marker, task)
      .catch((error: unknown) => {
        // The slice ends. To try again now would only fail again, without a pause.
        isStarted = false;
        site.fail(error);
      })
      .finally(() => {
        done();
        site.wake();
      });
  return {
    start: () => {
      isStarted = true;
    },
    advance: (): void => {
      if (!isStarted) return;
      const isEnding = batches.lanes().some((batch) => batch.halt && batch.isSettled());
      const marker = opening || isEnding ? undefined : batchToOpen(work);
      if (marker) {
        const task = (): Promise<void> => openNextShard(work, marker);
        opening = { path: marker.path, done: run(marker, task, () => (opening = undefined)) };
      }
      const awaiting = opening ? [] : awaitingPlans(work);
      if (awaiting[0]) {
        const task = (): Promise<void> => seeToEarlierPlans(work, awaiting);
        opening = { done: run(awaiting[0].marker, task, () => (opening = undefined)) };
      }
      prepareEnd(work, preparing);
      const done = finishing ? undefined : batches.lanes().find((batch) => mayEnd(batch, opening));
      if (done) {
        const task = (): Promise<void> =>
          done.halt ? endHalted(work, done) : finishBatch(work, done);
        finishing = run(done.marker, task, () => (finishing = undefined));
      }
    },
    isOpening: ({ path }: Pick<OpenBatch, "path">) => path === opening?.path,
    isBusy: () => opening !== undefined || finishing !== undefined,
    rest: async (): Promise<void> => {
      isStarted = false;
      await Promise.all([opening?.done, finishing]);
    },
  };
}

/** With so few rows left a batch ends within seconds; until then the process has little to do. */
const NEAR_END_ROWS = 400;

/** Prepares the end of the batches that are about to end, once each. */
function prepareEnd({ site, batches }: Work, preparing: Set<OpenBatch>): void {
  for (const batch of batches.lanes()) {
    if (preparing.has(batch) || batch.halt || batch.nextShard() !== undefined) continue;
    if (batch.openRows() === 0 || batch.openRows() > NEAR_END_ROWS) continue;
    preparing.add(batch);
    // What fails here fails again at the end, and is an error there.
    site.prepareEnd?.(batch.marker.folder).catch(() => undefined);
  }
}

/** Whether a batch may end: every row of it has its verdict, or it was halted and nothing is under way. */
const mayEnd = (batch: OpenBatch, opening: unknown): boolean =>
  // A shard that is being opened may be one of its own.
  batch.halt ? opening === undefined && batch.isSettled() : batch.isDone();

/** The batches that await plans of earlier ones, once it is time for one of them to see whether these are made. */
function awaitingPlans({ site, batches }: Work): readonly OpenBatch[] {
  const awaiting = batches.lanes().filter(({ awaitsPlansMs }) => awaitsPlansMs !== undefined);
  const nowMs = site.clock.monotonic();
  return awaiting.some(({ awaitsPlansMs = Infinity }) => awaitsPlansMs <= nowMs) ? awaiting : [];
}

function progressOf({ batches, before }: Work): BatchProgress[] {
  const open = [...batches.open.values()];
  const isOpen = new Set(open.map(({ marker }) => marker.name));
  return [
    ...[...before.values()].filter(({ marker }) => !isOpen.has(marker)),
    ...open.map((batch) => batch.progress()),
  ];
}
