/**
 * What goes wrong. `committed` says whether the change is made all the same.
 * `retryAfterSeconds` is in seconds of speed 1; `retryAfter` goes out word for word (an HTTP date).
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
  /** The answer's body breaks off in the middle and the connection closes. */
  | { readonly kind: "truncate" }
  | { readonly kind: "delay"; readonly ms: number }
  /** Leaves so many parts out of a `$batch` answer (1 unless said). */
  | { readonly kind: "drop-parts"; readonly count?: number }
  | { readonly kind: "shuffle-parts" };

/** Where, how often and how likely a fault strikes. All data, so that it can be sent to a process. */
export interface FaultRule {
  /** `request`: an HTTP exchange as a whole. `part`: one operation, alone or inside a `$batch`. */
  readonly at: "request" | "part";
  readonly method?: string;
  /** A regular expression on the decoded path and query below the version: `^/users/ann@`. */
  readonly path?: string;
  /** A regular expression on the JSON body: finds the row of one object. */
  readonly body?: string;
  /** The first so many matches pass. */
  readonly skip?: number;
  /** Then so many are struck; unlimited where not said. */
  readonly times?: number;
  /** Of those, this share; 1 where not said. */
  readonly probability?: number;
  readonly fault: Fault;
}
