import { setTimeout as sleep } from "node:timers/promises";

import type { FaultEffect } from "../cloud-control.ts";
import type { CloudAnswer, CloudResponse } from "../http/exchange.ts";

/** What a fault needs from a service: its answers and refusals. */
export interface FaultTarget {
  /** The service's real answer, with its effect on the state. */
  readonly handle: () => Promise<CloudAnswer>;
  /** The service's own refusal by AADSTS number, if it has any. */
  readonly refuse?: (code: number) => CloudResponse;
  /** Seconds as sent: divided by the cloud's speed, at least one. */
  readonly retryAfter: (seconds: number) => string;
}

/** Applies a fault instead of, or after, the service's answer. */
export async function applyFault(effect: FaultEffect, target: FaultTarget): Promise<CloudAnswer> {
  switch (effect.kind) {
    case "status":
      return {
        status: effect.status,
        headers: effect.headers ?? { "Content-Type": "text/plain" },
        body: effect.body ?? "",
      };
    case "throttle":
      return {
        status: 429,
        headers: {
          "Content-Type": "text/plain",
          "Retry-After": target.retryAfter(effect.retryAfterSeconds ?? 60),
        },
        body: "Too Many Requests",
      };
    case "html":
      return {
        status: 502,
        headers: { "Content-Type": "text/html" },
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
      };
    case "refusal":
      if (target.refuse === undefined)
        throw new TypeError("Only the login service has refusals by AADSTS number.");
      return target.refuse(effect.code);
    case "reset":
      return { connection: "reset" };
    case "lose-answer":
      await target.handle();
      return { connection: "reset" };
    case "truncate": {
      const answer = await target.handle();
      return "connection" in answer
        ? answer
        : { connection: "truncate", response: answer, bytes: effect.bytes };
    }
    case "hang":
      return { connection: "hang" };
    case "delay":
      await sleep(effect.ms);
      return target.handle();
    default:
      throw new TypeError(`No such fault: ${JSON.stringify(effect)}`);
  }
}
