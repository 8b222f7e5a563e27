import { setFlagsFromString } from "node:v8";

/**
 * How much the heap may grow between two full collections. V8's own choice for a small heap is so little that
 * planning 100,000 rows takes 79 full collections instead of 42, a fifth of the processor time, and saves
 * 10 MB of 157 MB.
 */
const GROWING_PERCENT = 60;

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
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
