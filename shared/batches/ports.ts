import type { Operation } from "../catalogue/operation.ts";
import type { Expanding } from "../catalogue/recipe/expanding.ts";
import type { VerdictCounts } from "../catalogue/row.ts";
import type { Clock } from "../core/clock.ts";
import type { ReadProof } from "../core/contracts/proof.ts";
import type { Limits } from "../core/limits.ts";
import type { ObjectId } from "../core/object-id.ts";
import type { Emit } from "../core/telemetry.ts";
import type { Graph } from "../graph/types.ts";
import type { Caps } from "../guards/caps.ts";
import type { TripwireSettings } from "../guards/tripwires.ts";
import type { Admission } from "../records/ledger/admission.ts";
import type { Mode } from "../records/manifest.ts";
import type { Receipts } from "../records/receipt.ts";
import type { SealKey } from "../seal/seal.ts";
import type { Blobs, Queue } from "../storage/types.ts";

/** The settings that decide what is accepted and what is held. */
export interface BatchSettings {
  readonly homeTenant: string;
  /** Every tenant that a batch may name, the home tenant included. */
  readonly tenants: readonly string[];
  /** The limits that count rows, of a tenant. */
  readonly capsFor: (tenant: string) => Caps;
  readonly protection: ProtectionSettings;
  readonly tripwires: TripwireSettings;
  readonly maxInvalidRowsPercent: number;
  /** The mode of files in `inbox` outside its folder plan/. */
  readonly inboxMode: Mode;
  /** What happens to a batch that needs permissions which the token lacks. */
  readonly preflight: "hold" | "warn";
  /** Writes that Graph allows in `writeWindowSeconds`; the plan's estimate comes from it. */
  readonly writeQuota: number;
  readonly writeWindowSeconds: number;
  /** How many members that are added in one request Graph counts as one write. */
  readonly membersPerWrite: number;
  /** What proves who decides: the right to send to queue `decisions`, or a signature. */
  readonly decisionProof: "queue" | "signed";
  /** Whether nobody may approve what they submitted themselves. */
  readonly fourEyes: boolean;
  /** A batch that waits longer for a decision is cancelled. */
  readonly heldExpiresDays: number;
  /** The operations that give passwords, if the deployment keeps those sealed. */
  readonly keepsPasswordsOf?: readonly string[] | undefined;
}

/** What is protected: a row that would change it holds its batch. */
export interface ProtectionSettings {
  readonly objects: readonly ObjectId[];
  readonly groups: readonly { readonly tenant: string; readonly id: ObjectId }[];
  /** An OData filter of users; empty for none. */
  readonly filter: string;
  /** Whether holders of directory roles and role-assignable groups are looked up. */
  readonly roleHolders: boolean;
  /** A plan that is older when its batch starts is compared again with what is protected then. */
  readonly recheckAfterMs: number;
}

/** What this folder works with; `compose.ts` builds it. */
export interface BatchPorts {
  readonly blobs: { readonly inbox: Blobs; readonly batches: Blobs; readonly runner: Blobs };
  /** Queue `accept`, to which the sweep sends what it found. */
  readonly acceptQueue: Queue;
  /** Wakes the tenant's runner. */
  readonly ring: (tenant: string) => Promise<void>;
  /** Rings while a plan is made, so that the runner has started when there is work; absent if it need not. */
  readonly ringEarly?: ((tenant: string) => Promise<void>) | undefined;
  readonly graphFor: (tenant: string) => Graph;
  /**
   * The application permissions in the tenant's token; `fresh` asks for a new token first.
   * @throws OperatorError of the token module
   */
  readonly rolesFor: (
    tenant: string,
    how: { readonly fresh: boolean },
  ) => Promise<readonly string[]>;
  /** The object id of this application's service principal in the tenant, as its token says. */
  readonly principalIn: (tenant: string) => Promise<ObjectId | undefined>;
  /** The page on which an administrator of the tenant consents to what the registration lists. */
  readonly consentUrl: (tenant: string) => string;
  /** Verifies who signed a decision, or submitted a batch. */
  readonly readProof: ReadProof;
  readonly catalogue: Readonly<Record<string, Operation>>;
  /** What a row may name beside an operation. */
  readonly recipes: Readonly<Record<string, Expanding>>;
  /** Signs the seal of a batch that has ended; absent if the deployment has no such key. */
  readonly sealKey?: SealKey | undefined;
  readonly settings: BatchSettings;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limits?: Partial<Limits>;
}

/** One delivery of a message. */
export interface Delivery {
  readonly messageId: string;
  /** By `clock.now()`: after it, accept stops at the next shard and answers `again`. */
  readonly deadlineMs: number;
  /** The same if it aborts: the instance is about to end. */
  readonly stopping?: AbortSignal;
}

/** The work is not finished and nothing is lost: deliver the same message again after the delay. */
export interface Postponed {
  readonly state: "again";
  readonly delaySeconds: number;
  readonly reason: string;
}

/** What became of a message. */
export type Accepted =
  | {
      readonly state: "done";
      /** `repeated`: the same message again, without effect; `ignored`: an event about something else. */
      readonly outcome: "accepted" | "repeated" | "refused" | "ignored";
      readonly folder?: string;
      /** What the sender should know of it. */
      readonly note?: string;
    }
  | Postponed;

/** Why a decision has no effect, for events; `said` says it in words. */
export type WhyIgnored =
  | "unreadable"
  | "not-allowed"
  | "unproven"
  | "late"
  | "too-far"
  | "too-many"
  | "duplicate"
  | "no-batch"
  | "other-state"
  | "other-plan"
  | "same-person"
  | "file-taken"
  | "impossible";

/** What became of a message of queue `decisions`. */
export interface Decided {
  readonly outcome: "applied" | "waiting" | "ignored";
  /** Why it has no effect. */
  readonly reason?: WhyIgnored | undefined;
  /** The same in words, for the function's log. */
  readonly said?: string | undefined;
}

/** Everything between the ways in and the runner. */
export interface Batches {
  /**
   * Accepts, plans and hands over one message of queue `accept`: ours or an Event Grid event. Safe
   * to repeat: the work continues from where it stopped. Bad input ends in refused.json, never in a throw.
   * @throws OperatorError, disposition `stop`, if only an administrator can help, and unexpected
   * errors; the reason is kept for `settlePoison`.
   */
  accept(message: unknown, delivery: Delivery): Promise<Accepted>;
  /**
   * Does what a message of queue `decisions` says, once; a repeated, late or unproven one does nothing.
   * @throws OperatorError, disposition `retry`, if it cannot be done now; BATCH_DAMAGED
   */
  decide(message: unknown): Promise<Decided>;
  /** Cancels the batches about which nobody decided for too long. @throws OperatorError STORAGE_UNAVAILABLE */
  expireHeld(): Promise<void>;
  /**
   * Queues every inbox file that has no batch yet, and returns their number; resumes every batch that
   * was accepted and has been neither planned nor handed over for minutes.
   */
  sweepInbox(): Promise<{ readonly inboxFiles: number }>;
  /**
   * Sees whether a batch may start that the tenant's runner is about to open: charges the tenant's
   * ledger, or holds the batch. Call it under the tenant's lease. Repeating it changes nothing.
   * @throws OperatorError BATCH_DAMAGED
   */
  admit(folder: string): Promise<Admission>;
  /** Reads what does not change any more of a small batch that is about to end, so that it ends sooner. */
  prepareEnd(folder: string): Promise<void>;
  /**
   * Writes the reports and the final status of a batch of which every row is final, and returns the
   * count of its verdicts. Repeating it changes nothing.
   * @throws OperatorError BATCH_DAMAGED if a row has no verdict or the sum is not the number of rows.
   */
  finishBatch(folder: string, receipts: Receipts): Promise<VerdictCounts>;
  /**
   * Records in the batch what a message meant that `queue` gave up, and why it was lost. Never throws.
   * It answers `again` if that cannot be recorded now: the message then goes back to `queue`.
   */
  settlePoison(
    queue: string,
    message: unknown,
    messageId: string,
  ): Promise<{ readonly state: "done" } | Postponed>;
}
