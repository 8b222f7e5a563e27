import type { OperatorError } from "../../core/errors.ts";

/** How a slice ended. */
export interface SliceEnd {
  /** The tenant has no work left. */
  readonly idle: boolean;
  /** If it has: nothing can be done for this long, milliseconds. */
  readonly waitMs: number;
  /** A batch that cannot go on before a person has mended it; the others went on. */
  readonly problem?: OperatorError | undefined;
}

/** What became of a call: another process is the tenant's runner, or this one was, for a slice. */
export type TenantRun = { readonly state: "busy" } | ({ readonly state: "ran" } & SliceEnd);
