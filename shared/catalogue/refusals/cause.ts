import type { GraphError } from "../../core/graph-request.ts";

/** An answer of Graph that refuses a change, as far as its cause is concerned. */
export interface Refusal {
  readonly status: number;
  readonly error?: GraphError | undefined;
}

/** Whom a cause is about: this row's object or values alone, or every row that is like it. */
type Scope = "row" | "common";

/** One cause of refusals: how it is recognized, and what it means for a person. */
export interface Cause {
  /** Short and stable, for tests and for docs/errors.md. */
  readonly name: string;
  readonly scope: Scope;
  /** The code that Graph gives, if it suffices. */
  readonly code?: RegExp;
  /** What Graph's message says. */
  readonly message?: RegExp;
  /** The status, if nothing else is needed, or if code and message are not enough. */
  readonly status?: (status: number) => boolean;
  readonly why: string;
  readonly fix: string;
}

/** Whether the refusal has this cause: code or message match, and the status if one is asked for. */
export function isCauseOf(cause: Cause, { status, error }: Refusal): boolean {
  if (cause.status && !cause.status(status)) return false;
  if (cause.code === undefined && cause.message === undefined) return cause.status !== undefined;
  return (
    cause.code?.test(error?.code ?? "") === true ||
    cause.message?.test(error?.message ?? "") === true
  );
}
