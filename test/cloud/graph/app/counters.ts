/** What a tenant's Graph has seen, for oracles and benchmarks. */
export interface Counters {
  /** HTTP exchanges. */
  requests: number;
  batches: number;
  /** Operations, alone or as parts. */
  operations: number;
  /** Units of the write quota that were booked: what a benchmark divides by the quota. */
  acceptedWrites: number;
  /** Writes that were answered with success, or would have been had the answer not been lost. */
  committedWrites: number;
  resourceUnits: number;
  throttledOperations: number;
  throttledRequests: number;
  conflicts: number;
  /** When the first and the last write was accepted: monotonic milliseconds; undefined before. */
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
  conflicts: 0,
  firstWriteMs: undefined,
  lastWriteMs: undefined,
});
