import { type PlannedWrite, completeWrite, isPending } from "../../catalogue/row.ts";
import type { ObjectId } from "../../core/object-id.ts";
import type { Flights } from "../flights.ts";

/** A row that has no verdict yet, in a shard that is open. */
export interface OpenRow {
  readonly row: number;
  readonly operation: string;
  /** As planned; with the id that an earlier row gave once that is known. */
  write: PlannedWrite;
  /**
   * `waiting` for its turn; `flying` from its intent to its receipt; `doubt` until the directory was
   * looked at. What flies or is in doubt holds its keys.
   */
  state: "waiting" | "flying" | "doubt" | "ended";
  /** Neither sent nor looked at before this instant of the monotonic clock, milliseconds. */
  notBeforeMs: number;
  /** When this process sent it last, on the monotonic clock. */
  sentMs?: number;
  /** How often it was looked at in vain since it was in doubt. */
  looks?: number;
  /** Goes in a post of its own, because a post with it was refused as a whole. */
  alone: boolean;
}

/** What a batch's rows ask of each other. */
interface Dependencies {
  /** Whether an earlier row of the same batch has its verdict. */
  isFinal(row: number): boolean;
}

/** One batch's open rows, in order. */
export interface Lane extends Dependencies {
  readonly rows: Iterable<OpenRow>;
}

/** What could be sent, and when there may be more. */
export interface Choice<L extends Lane> {
  readonly picked: readonly { readonly lane: L; readonly row: OpenRow }[];
  /** The earliest `notBeforeMs` of a row that waits for nothing else. */
  readonly nextMs: number | undefined;
}

/**
 * Chooses the rows that may go next, at most `most`, in the order of work: lanes in their order, rows
 * in theirs. A row is left for later while a key of it is in flight or wanted by an earlier row that
 * waits, while its group has no room, while a row it comes after has no verdict, or before its time.
 * Those chosen are held in `flights` and are `flying`, unless `peek`.
 */
export function choose<L extends Lane>(options: {
  readonly lanes: Iterable<L>;
  readonly nowMs: number;
  readonly most: number;
  readonly flights: Flights;
  readonly peek?: boolean;
}): Choice<L> {
  const { lanes, nowMs, most, flights } = options;
  const picked: { lane: L; row: OpenRow }[] = [];
  /** Keys of earlier rows that wait: writes to one object keep their order. */
  const wanted = new Set<string>();
  let nextMs: number | undefined;
  const choice = (): Choice<L> => {
    if (options.peek) for (const { row } of picked) flights.release(row.write);
    else for (const { row } of picked) row.state = "flying";
    return { picked, nextMs };
  };
  for (const lane of lanes) {
    for (const row of lane.rows) {
      if (row.state !== "waiting") continue;
      const { write } = row;
      const isFree =
        write.keys.every((key) => !wanted.has(key)) &&
        isReady(lane, write) &&
        flights.allows(write);
      const isDue = row.notBeforeMs <= nowMs;
      if (isFree && !isDue && row.notBeforeMs < (nextMs ?? Infinity)) nextMs = row.notBeforeMs;
      // A row that goes alone ends the post before it, and begins none that has others.
      if (!isFree || !isDue || (row.alone && picked.length > 0)) {
        for (const key of write.keys) wanted.add(key);
        continue;
      }
      flights.hold(write);
      picked.push({ lane, row });
      if (picked.length >= most || row.alone) return choice();
    }
  }
  return choice();
}

const isReady = (lane: Dependencies, write: PlannedWrite): boolean =>
  (write.after ?? []).every((row) => lane.isFinal(row)) && !isPending(write);

/** What to do with a row whose object an earlier row of the batch creates. */
export type Dependence =
  | { readonly kind: "wait" }
  | { readonly kind: "write"; readonly write: PlannedWrite }
  /** The earlier row ended without an object. */
  | { readonly kind: "orphan"; readonly row: number };

/** Puts the created user's id into a write that was planned before the user existed. */
export function resolveId(
  write: PlannedWrite,
  creator: { readonly isFinal: boolean; readonly objectId: ObjectId | undefined },
): Dependence {
  if (!isPending(write)) return { kind: "write", write };
  if (!creator.isFinal) return { kind: "wait" };
  const { objectId } = creator;
  if (objectId === undefined) return { kind: "orphan", row: write.idFromRow.row };
  return { kind: "write", write: completeWrite(write, objectId) };
}
