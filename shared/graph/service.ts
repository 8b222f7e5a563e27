import { randomUUID } from "node:crypto";

import type { Clock } from "../core/clock.ts";
import type { GraphAnswer } from "../core/graph-request.ts";
import type { Emit } from "../core/telemetry.ts";
import { createUnitPacer, type UnitPacer } from "./pacing/unit-pacer.ts";
import {
  type Answered,
  createSendAuthorized,
  type GetToken,
  type Lost,
} from "./send-authorized.ts";
import type { Send } from "./transport.ts";

/** What all requests to one tenant's Graph share. */
export interface Service {
  /** `https://<host>/v1.0` */
  readonly root: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** The shortest wait before a repeat. */
  readonly floorMs: number;
  readonly units: UnitPacer;
  /** Makes one exchange within the time limit; resolves to `Lost` if no complete response came. */
  readonly ask: (request: Ask) => Promise<Answered | Lost>;
  /** Emits one event for the 429s of a response. */
  readonly reportThrottle: (throttle: Throttle) => void;
}

interface Ask {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: GraphAnswer["headers"] | undefined;
  readonly body?: string | undefined;
  /** The time limit counts from this instant, milliseconds since the epoch; from now by default. */
  readonly intentAtMs?: number | undefined;
}

interface Throttle {
  readonly scope: "part" | "batch";
  readonly parts?: number;
  readonly retryAfterMs: number | undefined;
  /** Of the throttled response or part. */
  readonly headers: GraphAnswer["headers"];
}

/** What `createService` needs; `timeoutMs` is for one exchange, end to end, token included. */
export interface ServiceOptions {
  readonly root: string;
  readonly tenant: string;
  readonly getToken: GetToken;
  readonly send: Send;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
  readonly timeoutMs: number;
  readonly retryFloorMs: number;
  readonly resourceUnitQuota: number;
  readonly resourceUnitWindowMs: number;
  readonly readReserve?: number;
}

/** Combines token, transport, read pacer and telemetry for one tenant. */
export function createService(options: ServiceOptions): Service {
  const { root, tenant, clock, random, emit, timeoutMs, retryFloorMs } = options;
  const send = createSendAuthorized(options);
  const units = createUnitPacer({
    quota: options.resourceUnitQuota,
    windowMs: options.resourceUnitWindowMs,
    reserve: options.readReserve,
    retryFloorMs,
    clock,
  });

  async function ask({ method, url, body, headers, intentAtMs }: Ask): Promise<Answered | Lost> {
    const clientRequestId = randomUUID();
    const all = {
      ...headers,
      accept: "application/json",
      "client-request-id": clientRequestId,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const deadline = {
      wallMs: (intentAtMs ?? clock.now()) + timeoutMs,
      monotonicMs: clock.monotonic() + timeoutMs,
    };
    const answer = await send({ method, url, headers: all, body }, deadline);
    if (!("lost" in answer)) return answer;
    return { lost: `${answer.lost} (client-request-id ${clientRequestId})` };
  }

  function reportThrottle({ scope, parts, retryAfterMs, headers }: Throttle): void {
    const throttleScope = headers["x-ms-throttle-scope"];
    emit({
      event: "graph.throttled",
      tenant,
      scope,
      retryAfterMs: retryAfterMs ?? retryFloorMs,
      ...(parts === undefined ? {} : { parts }),
      ...(throttleScope === undefined ? {} : { throttleScope }),
    });
  }

  return { root, clock, random, floorMs: retryFloorMs, units, ask, reportThrottle };
}
