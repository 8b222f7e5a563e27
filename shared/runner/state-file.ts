import * as v from "valibot";

import { verdicts } from "../catalogue/row.ts";
import { parseJson } from "../core/parse-json.ts";
import { neverWrote } from "../graph/pacing/pacer-memory.ts";
import { runnerStateBlob } from "../records/paths.ts";
import { openFencedJson } from "../storage/fenced-json.ts";
import type { Blobs } from "../storage/types.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const runnerState = v.object({
  version: v.literal(1),
  /** What the pacer learned of the quota. */
  pace: v.optional(
    v.object({
      share: v.number(),
      easedAtMs: v.number(),
      repeats: count,
      heldUntilMs: v.optional(v.number()),
      sentSinceEased: v.optional(v.number()),
      kind: v.optional(v.picklist(["bucket", "window"])),
      recent: v.optional(
        v.pipe(v.array(v.object({ atMs: v.number(), writes: v.number() })), v.readonly()),
      ),
      savedAtMs: v.optional(v.number()),
      hasEnded: v.optional(v.boolean()),
    }),
  ),
  /** How long Graph took to show what the last runner created (`schedule/lag.ts`), for those who read it. */
  lagMs: v.optional(v.number()),
  /** The batches that were begun, in no order. */
  batches: v.array(
    v.object({
      /** The name of its marker. */
      marker: v.string(),
      /** The shard to open next, from 1. */
      next: v.pipe(count, v.minValue(1)),
      /** Opened and not closed; every other one below `next` is closed. */
      open: v.array(count),
      /** Shards from `next` on of which some rows were opened before their turn. */
      ahead: v.optional(v.array(count)),
      /** What ended in closed shards, by verdict. */
      counts: v.object(v.entriesFromList(verdicts, count)),
      throttled: count,
    }),
  ),
});

/**
 * What a tenant's runner leaves to the next one, `<tenant>/state.json`. The journals say the same; the
 * state saves reading all of them. A shard stands in `open` before any of its rows is sent, so a
 * successor knows where rows in doubt can be, and holds their keys before it sends anything.
 */
export type RunnerState = v.InferOutput<typeof runnerState>;
export type BatchProgress = RunnerState["batches"][number];

/** The state as it was found, and how to replace it. */
export interface StateFile {
  readonly initial: RunnerState;
  /**
   * Stores what `snapshot` returns, then resolves. Calls that come while a write is under way share the next.
   * @throws OperatorError LEASE_LOST if another runner has written it since.
   */
  save(): Promise<void>;
}

/** Opens the state. One that cannot be read counts as none: the journals say the same. */
export async function openState(options: {
  readonly blobs: Blobs;
  readonly tenant: string;
  readonly snapshot: () => RunnerState;
  /** Throws if this process may no longer be the runner: it must not fence out its successor. */
  readonly check: () => void;
}): Promise<StateFile> {
  const { blobs, snapshot } = options;
  const path = runnerStateBlob(options.tenant);
  const file = await openFencedJson(blobs, path, "Another runner keeps the tenant's state now.");
  const write = async (): Promise<void> => {
    options.check();
    await file.write(JSON.stringify(snapshot()));
  };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    current = write().finally(() => {
      current = undefined;
    });
    return current;
  };
  return {
    initial: parseState(file.found),
    save: () => {
      if (current === undefined) return start();
      // The write under way may have taken its snapshot before this call; the next one takes it after.
      next ??= current
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return start();
        });
      return next;
    },
  };
}

/** Of a state that cannot be read nothing is known, neither of batches nor of writes. */
const nothing: RunnerState = { version: 1, batches: [] };

function parseState(text: string | undefined): RunnerState {
  // A runner saves the state before it sends anything: without one, nothing was ever written.
  if (text === undefined) return { ...nothing, pace: neverWrote };
  try {
    const result = v.safeParse(runnerState, parseJson(text));
    return result.success ? result.output : nothing;
  } catch {
    return nothing;
  }
}
