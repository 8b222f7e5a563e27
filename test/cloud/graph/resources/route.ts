import type { Touch } from "../faults/in-flight.ts";
import type { Answer } from "../http/answer.ts";
import type { Service } from "../meters/meters.ts";
import type { Needs } from "../rules/permission.ts";
import type { Call } from "./call.ts";

/** One documented operation. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** `/users/:user/manager/$ref` */
  readonly path: string;
  /** `per-call`: the handler checks it, because it depends on the object. `none`: any token. */
  readonly needs: Needs | ((call: Call) => void) | "per-call" | "none";
  /** Base resource units (facts/graph.md §2.1): 1 by default. */
  readonly resourceUnits?: number;
  /** Write units: by default 0 for GET, else 1. */
  readonly writes?: number | ((call: Call) => number);
  readonly service?: Service | ((call: Call) => Service | undefined);
  /** What a write touches, to detect conflicts with other writes in flight. */
  readonly touches?: (call: Call) => Touch;
  /** Whether the body must be a JSON object. */
  readonly body?: "required" | "optional";
  readonly handle: (call: Call) => Answer;
}
