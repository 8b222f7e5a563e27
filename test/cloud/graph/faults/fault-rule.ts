/**
 * What goes wrong. `committed` says whether the change is made nevertheless.
 * `retryAfterSeconds` is in seconds of speed 1; `retryAfter` is sent unchanged (an HTTP date).
 */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
      readonly retryAfter?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly committed?: boolean;
    }
  /** A gateway's HTML page instead of Graph's JSON. */
  | { readonly kind: "html"; readonly status: number; readonly committed?: boolean }
  | { readonly kind: "reset"; readonly committed: boolean }
  | { readonly kind: "hang"; readonly committed: boolean }
  /** The connection closes in the middle of the answer's body. */
  | { readonly kind: "truncate" }
  | { readonly kind: "delay"; readonly ms: number }
  /** Leaves `count` parts out of a `$batch` answer (default 1). */
  | { readonly kind: "drop-parts"; readonly count?: number }
  | { readonly kind: "shuffle-parts" };

/** Which requests a fault hits, how often and how likely. Plain JSON, which can cross processes. */
export interface FaultRule {
  /** `request`: an HTTP exchange as a whole. `part`: one operation, alone or inside a `$batch`. */
  readonly at: "request" | "part";
  readonly method?: string;
  /** A regular expression on the decoded path and query below the version: `^/users/ann@`. */
  readonly path?: string;
  /** A regular expression on the JSON body, e.g. to find the row of one object. */
  readonly body?: string;
  /** How many matches pass first. */
  readonly skip?: number;
  /** How many of the next matches are hit; unlimited by default. */
  readonly times?: number;
  /** The share of those that are hit; 1 by default. */
  readonly probability?: number;
  readonly fault: Fault;
}
