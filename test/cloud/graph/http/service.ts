import type { Clock } from "../../../../shared/core/clock.ts";
import type { CloudAnswer, CloudRequest, CloudResponse } from "../../http/exchange.ts";
import type { Exchange } from "../app/options.ts";
import type { Fault } from "../faults/fault-rule.ts";
import type { Meters } from "../meters/meters.ts";
import { createRouter } from "../resources/router.ts";
import { ROUTES } from "../resources/routes.ts";
import { createRandom } from "../seed/random.ts";
import { guidOf } from "../store/ids.ts";
import { admit, type Admission, type Doorkeeper } from "./admission.ts";
import type { Answer } from "./answer.ts";
import { pause } from "./batch.ts";
import { exchangeOf } from "./exchange-of.ts";
import { errorAnswer, GraphError, type Stamp } from "./graph-error.ts";
import { headersOf } from "./incoming.ts";
import { answerTo } from "./operations.ts";
import { decodedTarget } from "./perform.ts";
import { struckAnswer } from "./struck.ts";

/** What Graph's HTTP layer needs. */
export interface ServiceParts extends Doorkeeper {
  readonly meters: Meters;
  readonly clock: Clock;
  readonly speed: number;
  readonly seed: number;
  readonly observe: ((exchange: Exchange) => void) | undefined;
}

const respond = (answer: Answer, stamp: Stamp): CloudResponse => ({
  status: answer.status,
  headers: {
    ...headersOf(answer),
    "request-id": stamp.requestId,
    "client-request-id": stamp.clientRequestId,
    "OData-Version": "4.0",
    Vary: "Accept-Encoding",
    "Strict-Transport-Security": "max-age=31536000",
    Date: new Date(stamp.nowMs).toUTCString(),
  },
  ...(answer.text
    ? { body: answer.text.content }
    : answer.body !== undefined && { body: JSON.stringify(answer.body) }),
});

/** The function from request to answer: authenticates, applies request faults, runs batches. */
export function createService(
  parts: ServiceParts,
): (request: CloudRequest) => Promise<CloudAnswer> {
  const { clock, speed } = parts;
  const around = {
    meters: parts.meters,
    speed,
    route: createRouter(ROUTES),
    nowMs: () => clock.monotonic(),
    clock,
    random: createRandom(parts.seed + 11),
  };
  let requests = 0;

  const stampOf = (headers: CloudRequest["headers"]): Stamp => {
    requests += 1;
    const requestId = guidOf(parts.seed ^ 0x5eed, requests);
    const given = headers["client-request-id"];
    return {
      requestId,
      clientRequestId: typeof given === "string" ? given : requestId,
      nowMs: clock.now(),
    };
  };

  const carryOut = async (
    admitted: Admission,
    fault: Fault | undefined,
    stamp: Stamp,
  ): Promise<CloudAnswer> => {
    const { tenant, caller } = admitted;
    const real = (): Promise<Answer> => answerTo(admitted, around, stamp, fault);
    if (!fault) return respond(await real(), stamp);
    if (fault.kind === "status" && fault.status === 429) tenant.counters.throttledRequests += 1;
    return struckAnswer(fault, {
      stamp,
      speed,
      who: `${caller.appId}/${tenant.id}`,
      real,
      respond: (answer) => respond(answer, stamp),
      pause: (ms) => pause(clock, ms),
    });
  };

  return async (request) => {
    const stamp = stampOf(request.headers);
    let admitted: Admission | undefined;
    let fault: Fault | undefined;
    let answer: CloudAnswer;
    try {
      admitted = admit(request, parts);
      const { tenant, incoming, bodyText } = admitted;
      tenant.counters.requests += 1;
      fault = tenant.faults.strike("request", {
        method: incoming.method,
        path: decodedTarget(incoming.target),
        bodyText: () => bodyText,
      });
      answer = await carryOut(admitted, fault, stamp);
    } catch (error) {
      // A bug in the emulator must be visible and must not look like Graph's behavior.
      const known =
        error instanceof GraphError
          ? error
          : new GraphError(501, "EmulatorError", error instanceof Error ? (error.stack ?? "") : "");
      answer = respond(errorAnswer(known, stamp), stamp);
    }
    if (parts.observe && !("connection" in answer)) {
      parts.observe(exchangeOf(request, admitted, answer, fault !== undefined));
    }
    return answer;
  };
}
