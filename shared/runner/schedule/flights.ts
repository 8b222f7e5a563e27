import type { PlannedWrite } from "../../catalogue/row.ts";

/** Edges of one group in flight at a time, to begin with. Ours; Graph publishes no number. */
export const EDGES_AT_FIRST = 20;
/** More than three posts of one group's edges at once were never needed to fill the write quota. */
export const EDGES_AT_MOST = 60;

/**
 * What is in flight: which objects and edges, and how many edges of each group. A group's limit is
 * halved by a conflict and grows by one each time a quarter of it was answered without.
 */
export interface Flights {
  /** Whether nothing in flight shares a key with `write` and its group has room. */
  allows(write: PlannedWrite): boolean;
  hold(write: PlannedWrite): void;
  /** `hasLanded`: its edge does not count any more. */
  release(write: PlannedWrite, hasLanded?: boolean): void;
  /** An edge of the group that is held is not in flight, or not any more: it leaves its room to others. */
  landed(group: string): void;
  /** An edge of the group met a concurrent change. */
  conflicted(group: string): void;
  /** An edge of the group was answered without one. */
  answered(group: string): void;
  /** How many edges of the group may be in flight now. */
  limitOf(group: string): number;
  /** How many more edges of the group may be sent; negative after a conflict, while too many fly. */
  roomOf(group: string): number;
}

interface GroupState {
  edges: number;
  limit: number;
  clean: number;
}

/** Nothing in flight yet. */
export function createFlights(): Flights {
  /** Counted, because a row that a journal shows in doubt is held whatever else is in flight. */
  const keys = new Map<string, number>();
  const groups = new Map<string, GroupState>();
  const stateOf = (group: string): GroupState =>
    groups.get(group) ?? { edges: 0, limit: EDGES_AT_FIRST, clean: 0 };
  const update = (group: string, change: (state: GroupState) => void): void => {
    const state = stateOf(group);
    change(state);
    // A group without edges in flight and with the first limit is what `stateOf` makes anyway.
    const isFresh = state.limit === EDGES_AT_FIRST && state.clean === 0;
    if (state.edges === 0 && isFresh) groups.delete(group);
    else groups.set(group, state);
  };
  const count = (write: PlannedWrite, by: 1 | -1, isFlying = true): void => {
    for (const key of new Set(write.keys)) {
      const held = (keys.get(key) ?? 0) + by;
      if (held > 0) keys.set(key, held);
      else keys.delete(key);
    }
    if (!isFlying || write.group === undefined) return;
    update(write.group, (state) => (state.edges += by));
  };
  return {
    allows: (write) =>
      write.keys.every((key) => !keys.has(key)) &&
      (write.group === undefined || stateOf(write.group).edges < stateOf(write.group).limit),
    hold: (write) => count(write, 1),
    release: (write, hasLanded = false) => count(write, -1, !hasLanded),
    landed: (group) => update(group, (state) => (state.edges -= 1)),
    conflicted: (group) =>
      update(group, (state) => {
        state.limit = Math.max(1, Math.floor(state.limit / 2));
        state.clean = 0;
      }),
    answered: (group) =>
      update(group, (state) => {
        state.clean += 1;
        if (state.clean < state.limit / 4) return;
        state.limit = Math.min(EDGES_AT_MOST, state.limit + 1);
        state.clean = 0;
      }),
    limitOf: (group) => stateOf(group).limit,
    roomOf: (group) => {
      const { limit, edges } = stateOf(group);
      return limit - edges;
    },
  };
}
