import { setFlagsFromString } from "node:v8";

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
  // New objects keep the megabyte in which they start, of which V8 would make 16. `--optimize-for-size` does
  // that, too, but compacts the whole heap at each full collection, and planning took 1.4 times the processor time.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
