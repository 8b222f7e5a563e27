import type { LatencySettings } from "./latency.ts";

/** Replication lag: how long a write stays unseen (log-normal), and how many readers lag. */
interface LagSettings {
  /** At speed 1. */
  readonly medianMs: number;
  readonly sigma: number;
  /** The share of reads that go to a lagging replica, 0 to 1. */
  readonly staleShare: number;
}

/** The standing weather of a Graph: unlike a fault it does not wear off. */
export interface Conditions {
  latency: LatencySettings | undefined;
  lag: LagSettings | undefined;
  /** Two writes at once to one object: the later one gets 409 Directory_ConcurrencyViolation. */
  objectConflicts: boolean;
  /** So many edges of one group may be written at once; a further one gets 409. */
  edgesPerGroup: number;
  /** The share of pages that come back empty, yet with a nextLink (MS paging.md). */
  emptyPages: number;
  /** Both answers to the removal of one who is no member were seen on the wire. */
  absentMember: "404" | "400";
  /** Whether a soft-deleted user still holds its userPrincipalName against a new one. */
  deletedUsersHoldNames: boolean;
  /** How many members one write of a multi-member PATCH buys: 20 published, 3 observed. */
  membersPerWrite: number;
  /** `signInActivity` needs Entra ID P1 or P2. */
  premium: boolean;
  /** B2B invitations may be disabled in a tenant. */
  invitationsAllowed: boolean;
  /** How long a `$skiptoken` lives, directory minutes. */
  skipTokenMinutes: number;
  /** How long a delta token lives, directory days: 7 documented. */
  deltaTokenDays: number;
  /** Delta hands some objects out twice: the share of entries that are repeated. */
  deltaReplays: number;
}

export const USUAL: Conditions = {
  latency: undefined,
  lag: undefined,
  objectConflicts: true,
  edgesPerGroup: 20,
  emptyPages: 0,
  absentMember: "404",
  deletedUsersHoldNames: false,
  membersPerWrite: 3,
  premium: true,
  invitationsAllowed: true,
  skipTokenMinutes: 60,
  deltaTokenDays: 7,
  deltaReplays: 0,
};
