import type { OperatorError } from "../../core/errors.ts";

/** How a slice ended. */
export interface SliceEnd {
  /** The tenant has no work left that may be done now. */
  readonly idle: boolean;
  /** Nothing can be done for this long, milliseconds, if it has, or if a batch may not start yet. */
  readonly waitMs: number;
  /** A batch that cannot continue before a person has fixed it; the others continued. */
  readonly problem?: OperatorError | undefined;
}

/** How a call of `runTenant` behaves. */
export interface RunOptions {
  /** How long to wait for the lease if another process has it, milliseconds. */
  readonly waitMs: number;
  /** Called when the lease is taken. */
  readonly started: () => void;
}

/** How long a slice, and its lease after a kill, last at most. */
export interface SliceTimes {
  readonly sliceMs: number;
  readonly leaseSeconds: number;
}

/** What became of a call: another process is the tenant's runner, or this one was, for a slice. */
export type TenantRun = { readonly state: "busy" } | ({ readonly state: "ran" } & SliceEnd);
