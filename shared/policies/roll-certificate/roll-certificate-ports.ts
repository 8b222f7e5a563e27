import type { Clock } from "../../core/clock.ts";
import type { Certificate } from "../../core/contracts/certificate.ts";
import type { Emit } from "../../core/telemetry.ts";
import type { Graph } from "../../graph/types.ts";
import type { Blobs } from "../../storage/types.ts";

/** What rolling needs; `compose.ts` builds it. All of it is about the home tenant. */
export interface RollPorts {
  /** Absent if the app signs in by another credential. */
  readonly certificate: Certificate | undefined;
  readonly tenant: string;
  /** Graph's App ID URI, the resource of the token requests that test a version. */
  readonly resource: string;
  /** The application's object id; empty if the setting is. */
  readonly applicationObjectId: string;
  readonly graph: Graph;
  /** Container `runner`. */
  readonly runner: Blobs;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** What became of a message. */
export type RollResult =
  | { readonly state: "done" }
  /** The message is to be delivered again after the delay, because something is under way. */
  | { readonly state: "again"; readonly delaySeconds: number; readonly reason: string };
