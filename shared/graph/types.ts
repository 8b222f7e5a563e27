import type { OperatorError } from "../core/errors.ts";
import type { GraphAnswer, GraphError, GraphRead, GraphRequest } from "../core/graph-request.ts";

/** What became of one `$batch` post. */
export type PostResult =
  /** In the order of the requests; `undefined` where the response left a part out: it is in doubt. */
  | {
      readonly kind: "answered";
      readonly requestId: string;
      readonly parts: readonly (GraphAnswer | undefined)[];
    }
  /** The envelope was refused before any part ran (429, or 400/401/403 around the whole). */
  | {
      readonly kind: "not-taken";
      readonly status: number;
      readonly retryAfterMs?: number | undefined;
      readonly error?: GraphError | undefined;
    }
  /** No readable answer (time-out, reset, 5xx around the whole, truncated): all parts are in doubt. */
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
   * Sends at most 20 requests as one `$batch`, once; what to resend is the caller's to decide.
   * @throws OperatorError only while nothing was taken: of the token module, or GRAPH_UNAVAILABLE
   *   (disposition `retry`) where the post's time was over before it could be sent.
   */
  post(requests: readonly GraphRequest[], options?: PostOptions): Promise<PostResult>;
  /**
   * Reads any number of things in `$batch` posts within the resource-unit budget, and repeats what
   * was throttled or lost. Answers in the order of the requests; 4xx answers are answers.
   * @throws OperatorError READ_INCOMPLETE (disposition `retry`) where one stays unanswered, unless
   *   `unanswered` is told of it; GRAPH_REFUSED (`stop`) where Graph refuses the whole, and the
   *   token module's.
   */
  readAll(requests: readonly GraphRead[], options?: ReadOptions): Promise<GraphAnswer[]>;
  /**
   * The pages of a collection, each as its `value`. Ends only when Graph said there is no more.
   * @throws OperatorError READ_INCOMPLETE where a page is refused, lost or malformed: nothing may be
   * concluded from what came before. Disposition `retry` where starting again can help, else `stop`.
   */
  pages(read: GraphRead): AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;
  /** Every post's end-to-end time limit, milliseconds: after it nothing is sent and nothing awaited. */
  readonly timeoutMs: number;
}

interface ReadOptions {
  /** Told of each read that stays unanswered, by its place; the others are read all the same. */
  readonly unanswered?: (index: number, why: OperatorError) => void;
}

interface PostOptions {
  /**
   * When the post's intent was journaled, milliseconds since the epoch: its time limit counts from
   * there. Whoever waits that instant plus `timeoutMs` knows that nothing is sent any more, even by a
   * process that froze in between.
   */
  readonly intentAtMs?: number;
}
