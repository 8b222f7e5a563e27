import {
  type Planning,
  awaitedBy,
  plannedBefore,
  readPlanning,
  waitingNow,
} from "../../records/markers/planning-marker.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";

/** What the batches say that are being planned, as it was read last: one reader for all batches of a slice. */
export interface PlanningWatch {
  /** Reads it again; of markers that did not change only that. @throws OperatorError STORAGE_UNAVAILABLE */
  read(): Promise<void>;
  /** Whether a batch is being planned that was accepted before this one and may yet undo what it found in place. */
  mayUndo(lane: Pick<OpenBatch, "accepted">): boolean;
  /** What earlier batches wait for that have to see it before rows of this one are sent; nothing if it is urgent. */
  awaitedBefore(lane: Pick<OpenBatch, "accepted" | "isUrgent">): OpenBatch["awaited"];
}

/** Nothing was read yet. */
export function createPlanningWatch({ blobs, clock, tenant }: Site): PlanningWatch {
  let planning: readonly Planning[] = [];
  let waiting: readonly Planning[] = [];
  /** By how many of those that wait come before a batch: batches behind as many share it. */
  let awaited: OpenBatch["awaited"][] = [];
  return {
    read: async () => {
      planning = await readPlanning(blobs.runner, tenant, planning);
      const now = waitingNow(planning, clock.now());
      if (now.length === waiting.length && now.every((each, at) => each === waiting[at])) return;
      [waiting, awaited] = [now, []];
    },
    mayUndo: ({ accepted }) => plannedBefore(planning, accepted, clock.now()).length > 0,
    awaitedBefore: ({ accepted, isUrgent }) => {
      if (isUrgent === true) return nothing;
      const before = waiting.filter(({ name }) => name < accepted);
      return (awaited[before.length] ??= awaitedBy(before));
    },
  };
}

const nothing: OpenBatch["awaited"] = new Map();
