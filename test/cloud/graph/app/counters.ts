/** What a tenant's Graph has counted, for oracles and benchmarks. */
export interface Counters {
  /** HTTP exchanges. */
  requests: number;
  batches: number;
  /** Operations, sent alone or as parts of a `$batch`. */
  operations: number;
  /** Units of the write quota that were used: a benchmark divides them by the quota. */
  acceptedWrites: number;
  /** Writes that succeeded, including those whose answer was lost. */
  committedWrites: number;
  resourceUnits: number;
  throttledOperations: number;
  throttledRequests: number;
  /** Writes that were refused because the resource units were used up, which reads use most of. */
  writesWithoutUnits: number;
  conflicts: number;
  /** When the first and the last write were accepted (monotonic milliseconds); undefined before. */
  firstWriteMs: number | undefined;
  lastWriteMs: number | undefined;
}

export const noCounts = (): Counters => ({
  requests: 0,
  batches: 0,
  operations: 0,
  acceptedWrites: 0,
  committedWrites: 0,
  resourceUnits: 0,
  throttledOperations: 0,
  throttledRequests: 0,
  writesWithoutUnits: 0,
  conflicts: 0,
  firstWriteMs: undefined,
  lastWriteMs: undefined,
});
