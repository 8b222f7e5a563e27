import type { Clock } from "../core/clock.ts";
import type { Cloud } from "../core/clouds.ts";
import type { Emit } from "../core/telemetry.ts";
import { createPages } from "./pages.ts";
import { createPost } from "./post.ts";
import { createReadAll } from "./read.ts";
import type { GetToken } from "./send-authorized.ts";
import { createService } from "./service.ts";
import { createTransport, type Send } from "./transport.ts";
import type { Graph } from "./types.ts";

export { createWritePacer } from "./pacing/pacer.ts";
export type { GetToken } from "./send-authorized.ts";
export type { Graph } from "./types.ts";

/**
 * A `$batch` takes as long as its slowest part, which can be several seconds. The time-out must be well
 * above that, yet short: a runner that takes over waits for it before it checks the rows in doubt, and a
 * slice that ends waits for its last post.
 */
const TIMEOUT_MS = 60_000;

/** What `createGraph` needs. Create one Graph per instance and tenant: it keeps connections open. */
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
    /** The part of the resource units that is left to others; 0.15 by default. */
    readonly readReserve?: number;
    /** End to end, for one post; 60 s by default. */
    readonly timeoutMs?: number;
  };
  /** Replaces the cloud's root; with the version, without a trailing slash. */
  readonly root?: string;
  /** Replaces HTTP over kept-alive connections. */
  readonly send?: Send;
}

/** Creates the client of one tenant's Graph, as the application. Errors contain no token and no payload. */
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
