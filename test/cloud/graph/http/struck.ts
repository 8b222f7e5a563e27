import type { CloudAnswer, CloudResponse } from "../../http/exchange.ts";
import type { Fault } from "../faults/fault-rule.ts";
import type { Answer } from "./answer.ts";
import { errorAnswer, type Stamp } from "./graph-error.ts";
import { faultError, htmlPage } from "./made-up.ts";

/** What a request fault needs to know about its exchange. */
export interface Struck {
  readonly stamp: Stamp;
  readonly speed: number;
  /** `<app id>/<tenant id>`, the scope in a 429. */
  readonly who: string;
  /** Performs the request. */
  readonly real: () => Promise<Answer>;
  readonly respond: (answer: Answer) => CloudResponse;
  readonly pause: (ms: number) => Promise<void>;
}

/** The outcome of an exchange that a fault applies to. */
export async function struckAnswer(fault: Fault, struck: Struck): Promise<CloudAnswer> {
  const { real, respond } = struck;
  if ("committed" in fault && fault.committed) await real();
  switch (fault.kind) {
    case "status":
      return respond(errorAnswer(faultError(fault, struck.speed, struck.who), struck.stamp));
    case "html":
      return respond(htmlPage(fault.status));
    case "reset":
      return { connection: "reset" };
    case "hang":
      return { connection: "hang" };
    case "truncate": {
      const response = respond(await real());
      const bytes = Math.floor(Buffer.byteLength(response.body ?? "") / 2);
      return { connection: "truncate", response, bytes };
    }
    case "delay":
      await struck.pause(fault.ms / struck.speed);
      return respond(await real());
    case "drop-parts":
    case "shuffle-parts":
    default:
      return respond(await real());
  }
}
