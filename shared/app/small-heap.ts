import { setFlagsFromString } from "node:v8";

/**
 * Has V8 collect garbage early instead of letting its heap grow to several times of what lives in it:
 * a worker in the middle of a large file keeps half the memory, and fits into the smallest instance
 * (512 MB). What it costs in processor time is seen where the directory is a hundred times as fast as
 * Graph, and not at Graph's pace (docs/benchmarks.md, Scale).
 *
 * Called once the app is loaded: before, loading takes a fifth longer. A start-up flag is not to be had,
 * since the worker of a warm pool runs before any setting of ours is known.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--optimize-for-size");
}
