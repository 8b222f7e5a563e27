/** What earlier steps learned, by name: ids, the domain, the mark of this run. */
export type Known = Readonly<Record<string, string>>;

/** One request and what to keep of its answer. The local cloud's answer says what is expected. */
export interface Step {
  /** What it is, in a few words; no values of the tenant. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: (known: Known) => string;
  readonly body?: (known: Known) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `keep: "ann"` keeps the id in the answer's body under that name. */
  readonly keep?: string;
  /** The names it needs; without one of them the step is left out. */
  readonly needs?: readonly string[];
  /** The body is sent as it is, not as JSON. */
  readonly raw?: string;
  /** `none`: without a token; otherwise this text instead of the token. */
  readonly token?: string;
  /** Runs whatever happened before: it removes what was made. */
  readonly isCleanup?: boolean;
}

/** An answer as both sides are compared. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Where requests are sent: a real tenant's Graph, or the local cloud's. */
export interface Door {
  send(request: {
    readonly method: string;
    /** Below the version: `/users`. */
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
    readonly token: string | undefined;
  }): Promise<Answer>;
}
