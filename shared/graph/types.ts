import type { OperatorError } from "../core/errors.ts";
import type { GraphAnswer, GraphError, GraphRead, GraphRequest } from "../core/graph-request.ts";

/** The outcome of one `$batch` post. */
export type PostResult =
  /** In the order of the requests; `undefined` if the response left a part out: it is in doubt. */
  | {
      readonly kind: "answered";
      readonly requestId: string;
      readonly parts: readonly (GraphAnswer | undefined)[];
    }
  /** Graph refused the envelope before any part ran (429, or 400/401/403 of the envelope). */
  | {
      readonly kind: "not-taken";
      readonly status: number;
      /** Those about throttling. */
      readonly headers?: GraphAnswer["headers"] | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly error?: GraphError | undefined;
    }
  /** No readable response (time-out, reset, 5xx of the envelope, truncated): all parts are in doubt. */
  | {
      readonly kind: "lost";
      readonly reason: string;
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
    };

/** One tenant's Graph. */
export interface Graph {
  /** `https://<graph host>/v1.0` */
  readonly root: string;
  /**
   * Sends at most 20 requests as one `$batch`, once; the caller decides what to resend.
   * @throws OperatorError only if Graph received nothing: the token module's, or GRAPH_UNAVAILABLE
   *   (disposition `retry`) if the post's time was over before it could be sent.
   */
  post(requests: readonly GraphRequest[], options?: PostOptions): Promise<PostResult>;
  /**
   * Reads any number of things in `$batch` posts within the resource-unit budget, and retries what was
   * throttled or lost. Resolves to the answers in the order of the requests, 4xx included.
   * @throws OperatorError READ_INCOMPLETE (disposition `retry`) if a read stays unanswered, unless
   *   `unanswered` is given; GRAPH_REFUSED (`stop`) if Graph refuses a whole post; and the token
   *   module's.
   */
  readAll(requests: readonly GraphRead[], options?: ReadOptions): Promise<GraphAnswer[]>;
  /**
   * The pages of a collection, each as its `value`. Ends only when Graph says that there are no more.
   * @throws OperatorError READ_INCOMPLETE if a page is refused, lost or malformed: the pages before it
   * are no complete list. Disposition `retry` if starting again can help, else `stop`.
   */
  pages(read: GraphRead): AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;
  /** The end-to-end time limit of every post, milliseconds: after it nothing is sent or awaited. */
  readonly timeoutMs: number;
}

interface ReadOptions {
  /** Called for each read that stays unanswered, with its index; the others are still read. */
  readonly unanswered?: (index: number, why: OperatorError) => void;
}

interface PostOptions {
  /**
   * When the post's intent was journaled, milliseconds since the epoch: the time limit counts from
   * then. After that instant plus `timeoutMs` the post is not sent any more, even by a process that
   * froze in between.
   */
  readonly intentAtMs?: number;
}
