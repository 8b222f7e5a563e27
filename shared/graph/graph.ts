import type { Clock } from "../core/clock.ts";
import type { Cloud } from "../core/clouds.ts";
import type { Emit } from "../core/telemetry.ts";
import { createPages } from "./pages.ts";
import { createPost } from "./post.ts";
import { createReadAll } from "./read.ts";
import type { GetToken } from "./send-authorised.ts";
import { createService } from "./service.ts";
import { createTransport, type Send } from "./transport.ts";
import type { Graph } from "./types.ts";

export { createWritePacer } from "./pacing/pacer.ts";
export type { GetToken, TokenDemand } from "./send-authorised.ts";
export type { Graph } from "./types.ts";

/**
 * A `$batch` is as slow as its slowest part, seconds at Graph's worst; yet a runner that takes over has
 * to wait a full time-out before it may look at what is in doubt, and a slice that ends has to wait for
 * its last post. A minute is well above the one and bearable for the other.
 */
const TIMEOUT_MS = 60_000;

/** What Graph of one tenant is made of. Make it once an instance and tenant: it keeps connections. */
export interface GraphOptions {
  readonly cloud: Pick<Cloud, "graphHost">;
  readonly tenant: string;
  readonly getToken: GetToken;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly emit: Emit;
  readonly settings: {
    /** The shortest wait after a throttled answer. */
    readonly retryFloorMs: number;
    readonly resourceUnitQuota: number;
    readonly resourceUnitWindowMs: number;
    /** End to end, for one post; 60 s unless told. */
    readonly timeoutMs?: number;
  };
  /** Another root than the cloud's, with version and without a trailing slash. */
  readonly root?: string;
  /** Another way to send than HTTP over kept-alive connections. */
  readonly send?: Send;
}

/** Graph of one tenant, as the application itself. Nothing of a token or payload reaches an error. */
export function createGraph(options: GraphOptions): Graph {
  const { cloud, settings } = options;
  const root = options.root ?? `https://${cloud.graphHost}/v1.0`;
  const timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
  const send = options.send ?? createTransport();
  const service = createService({ ...options, ...settings, root, timeoutMs, send });
  const post = createPost(service);
  return {
    root,
    timeoutMs,
    post,
    readAll: createReadAll(service, post),
    pages: createPages(service),
  };
}
