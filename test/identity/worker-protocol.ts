import type { TokenDemand } from "../../shared/core/contracts/token-demand.ts";
import type { TelemetryEvent } from "../../shared/core/telemetry.ts";
import type { AccessToken, TokenCounters } from "../../shared/identity/token/types.ts";

/** What a test asks of a process that signs in. */
export type Ask =
  | {
      readonly do: "get";
      readonly tenant: string;
      readonly resource: string;
      readonly demand?: TokenDemand;
      /** How many callers at the same time; 1 by default. */
      readonly callers?: number;
    }
  | { readonly do: "force"; readonly tenant: string; readonly resource: string }
  /** Calls every `everyMs` for `forMs`, and reports the results. */
  | {
      readonly do: "load";
      readonly tenant: string;
      readonly resource: string;
      readonly everyMs: number;
      readonly forMs: number;
    }
  /** Moves the date of the process forward. */
  | { readonly do: "move-on"; readonly ms: number }
  /** Forgets tokens, failures and pauses, as a new instance has none. */
  | { readonly do: "forget" }
  | { readonly do: "reread" }
  | { readonly do: "report" };

export interface WorkerMessage {
  readonly id: number;
  readonly ask: Ask;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly disposition: string;
  readonly retryAfterMs: number | undefined;
}

export interface WorkerAnswer {
  readonly tokens: readonly AccessToken[];
  readonly failures: readonly Failure[];
  readonly counters: TokenCounters;
  readonly events: readonly TelemetryEvent[];
  /** Reads of the vault since the start. */
  readonly vaultReads: number;
}
