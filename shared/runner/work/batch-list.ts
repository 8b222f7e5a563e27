import type { OperatorError } from "../../core/errors.ts";
import type { Marker } from "../../records/markers/marker.ts";
import type { OpenBatch } from "../batch/open-batch.ts";

/** A batch that is known or open, with what was opened of it. */
export interface Listed {
  readonly marker: Marker;
  readonly batch: OpenBatch | undefined;
}

/** The tenant's batches by the path of their marker (see `Work` for their states). */
export interface BatchList {
  readonly known: ReadonlyMap<string, Marker>;
  readonly open: ReadonlyMap<string, OpenBatch>;
  readonly broken: ReadonlyMap<string, OperatorError>;
  /** `isAll`: no batch of the tenant is missing. */
  replaceKnown(markers: readonly Marker[], isAll: boolean): void;
  /** Whether every batch of the tenant is known. */
  isComplete(): boolean;
  add(marker: Marker): void;
  opened(batch: OpenBatch): void;
  stopped(marker: Marker, reason: OperatorError): void;
  finished(marker: Marker): void;
  /** How many batches have ended. */
  ended(): number;
  /** The known and open batches in order of work. */
  inOrder(): readonly Listed[];
  /** The open batches in order of work. */
  lanes(): readonly OpenBatch[];
  /** Why a batch is broken, if one is. */
  problem(): OperatorError | undefined;
}

/** No batch is known yet. */
export function createBatchList(): BatchList {
  let known = new Map<string, Marker>();
  let isComplete = false;
  const open = new Map<string, OpenBatch>();
  const broken = new Map<string, OperatorError>();
  const finished = new Set<string>();
  /** What was computed from these, until one of them changes. */
  let order: readonly Listed[] | undefined;
  let lanes: readonly OpenBatch[] | undefined;
  const changed = (): void => {
    [order, lanes] = [undefined, undefined];
  };
  const inOrder = (): readonly Listed[] => {
    if (order !== undefined) return order;
    const folders = new Set([...open.values()].map(({ marker }) => marker.folder));
    order = [
      ...new Map([...known, ...[...open].map(([path, { marker }]) => [path, marker] as const)]),
    ]
      .filter(([path]) => !broken.has(path) && !finished.has(path))
      // Another marker of the same batch is at work.
      .filter(([path, { folder }]) => open.has(path) || !folders.has(folder))
      .map(([path, marker]) => ({ marker, batch: open.get(path) }))
      .toSorted((one, other) => (one.marker.path < other.marker.path ? -1 : 1));
    return order;
  };
  return {
    get known() {
      return known;
    },
    open,
    broken,
    isComplete: () => isComplete,
    replaceKnown: (markers, isAll) => {
      isComplete = isAll;
      known = new Map(markers.map((marker) => [marker.path, marker]));
      changed();
    },
    add: (marker) => {
      known.set(marker.path, marker);
      changed();
    },
    opened: (batch) => {
      open.set(batch.path, batch);
      changed();
    },
    stopped: (marker, reason) => {
      broken.set(marker.path, reason);
      changed();
    },
    finished: (marker) => {
      finished.add(marker.path);
      open.delete(marker.path);
      changed();
    },
    ended: () => finished.size,
    inOrder,
    lanes: () => (lanes ??= inOrder().flatMap(({ batch }) => batch ?? [])),
    problem: () => broken.values().next().value,
  };
}
