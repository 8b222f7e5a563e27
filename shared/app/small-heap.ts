import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How much the heap may grow between two full collections; V8's own choice is several times as much. */
const GROWING_PERCENT = 30;

/**
 * Makes V8 collect garbage early instead of letting its heap grow to several times its live data:
 * a worker in the middle of a large file keeps half the memory, and fits into the smallest instance
 * (512 MB). It costs processor time only if the directory is a hundred times as fast as
 * Graph; at Graph's pace the cost cannot be measured (docs/benchmarks.md, Scale).
 *
 * Called once the app is loaded: if called before, loading takes a fifth longer. A start-up flag cannot
 * be used, because a warm-pool worker starts before any setting of ours is known.
 */
export function keepHeapSmall(): void {
  // New objects keep the megabytes in which they start, of which V8 would make 16. `--optimize-for-size` does
  // that, too, but compacts the whole heap at each full collection, and planning took 1.4 times the processor time.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  const look = createRelief({
    resident: () => process.memoryUsage.rss(),
    giveBack: giveMemoryBack,
    nowMs: () => performance.now(),
  });
  setInterval(look, LOOK_EVERY_MS).unref();
}

const LOOK_EVERY_MS = 250;
/** A process that takes less is left alone, bytes. */
const WORTH = 170e6;
/** So much it has to grow by again, bytes. */
const GROWN = 10e6;
/** The time between two, milliseconds, and how many times as long as the first one took, which is some 80. */
const NOT_WITHIN_MS = 2_000;
const TIMES_AS_LONG = 20;

/**
 * Gives memory back to the system when the process has grown. V8 does so itself once it has little to do, which a
 * large file does not let happen for hours: it keeps pages that it has emptied, code that ran once, and the space
 * of new objects as large as loading the app made it, 30 MB together.
 */
export function createRelief(process: {
  /** Bytes. */
  readonly resident: () => number;
  readonly giveBack: () => void;
  readonly nowMs: () => number;
}): () => void {
  /** The least since it was last done: pages are still on their way back then. */
  let least = 0;
  let notBeforeMs = -Infinity;
  return () => {
    const bytes = process.resident();
    least = Math.min(least, bytes);
    if (bytes < Math.max(WORTH, least + GROWN) || process.nowMs() < notBeforeMs) return;
    const startMs = process.nowMs();
    process.giveBack();
    const endMs = process.nowMs();
    least = Infinity;
    notBeforeMs = endMs + Math.max(NOT_WITHIN_MS, TIMES_AS_LONG * (endMs - startMs));
  };
}

let collect: ((how: object) => void) | undefined;

/** Does what V8 does if the system has no memory left: a function that only a flag shows asks for it. */
export function giveMemoryBack(): void {
  collect ??= collector();
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}

function collector(): (how: object) => void {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return typeof found === "function"
    ? (how) => void Reflect.apply(found, undefined, [how])
    : nothing;
}

const nothing = (): void => undefined;
