import type { WriteMeter } from "../meters/meter.ts";
import type { LatencySettings } from "./latency.ts";

/** Replication lag: how long a write takes to replicate (log-normal), and which share of reads lags. */
interface LagSettings {
  /** At speed 1. */
  readonly medianMs: number;
  readonly sigma: number;
  /** The share of reads that go to a lagging replica, 0 to 1. */
  readonly staleShare: number;
}

/** Lasting conditions of a Graph, which stay until they are changed, unlike faults. */
export interface Conditions {
  latency: LatencySettings | undefined;
  lag: LagSettings | undefined;
  /**
   * The share of writes that are refused because another to the same object is in flight, 0 to 1. Real
   * conflicts are occasional: twenty PATCHes that add members to one group, in one `$batch`, mostly succeed.
   */
  objectConflicts: number;
  /** How such a refusal looks: 409 Directory_ConcurrencyViolation, or 503. */
  conflictAnswer: "409" | "503";
  /** How many edges of one group may be written at once; a further one counts as such a write. */
  edgesPerGroup: number;
  /** The share of pages that are empty but have a nextLink (MS paging.md). */
  emptyPages: number;
  /** The answer to removing an object that is not a member: both were seen on the wire. */
  absentMember: "404" | "400";
  /** The answer to adding several members of whom one does not exist: 404 names it, 400 does not. */
  missingMember: "404" | "400";
  /** The code for a mail address that another object has: both were seen. */
  takenAddress: "Request_BadRequest" | "Request_MultipleObjectsWithSameKeyValue";
  /** Whether signInActivity can be read of a user addressed by name: pages differ. */
  activityByName: boolean;
  /** Whether users are made with `identities` alone, as in an external tenant; a workforce tenant refuses them. */
  localAccounts: boolean;
  /** Whether an application can change `employeeHireDate`: user-update says no, scripts do it. */
  hireDateByApplications: boolean;
  /** Whether relationships show of objects that the caller may not read only id and type, as Graph does; else all. */
  limitedInformation: boolean;
  /** Whether a soft-deleted user's userPrincipalName is refused for a new user. */
  deletedUsersHoldNames: boolean;
  /** How many objects the tenant may hold; more are refused with 403 Directory_QuotaExceeded. */
  directoryQuota: number;
  /** How many members of a multi-member PATCH one write unit covers: 20 published, 3 observed. */
  membersPerWrite: number;
  /** How an application's writes in a tenant are counted: as published, or in a sliding window. */
  writeMeter: WriteMeter;
  /** `signInActivity` and the log of sign-ins need Entra ID P1 or P2. */
  premium: boolean;
  /** How many directory days sign-ins and audits are shown; seven at most without `premium`. */
  logDays: number;
  /** Whether the tenant allows B2B invitations. */
  invitationsAllowed: boolean;
  /** Lifetime of a `$skiptoken` in directory minutes. */
  skipTokenMinutes: number;
  /** Lifetime of a delta token in directory days: 7 documented. */
  deltaTokenDays: number;
  /** The share of delta entries that are repeated. */
  deltaReplays: number;
}

export const USUAL: Conditions = {
  latency: undefined,
  lag: undefined,
  objectConflicts: 0.002,
  conflictAnswer: "409",
  edgesPerGroup: 20,
  emptyPages: 0,
  absentMember: "404",
  missingMember: "404",
  takenAddress: "Request_BadRequest",
  activityByName: false,
  localAccounts: false,
  hireDateByApplications: true,
  limitedInformation: true,
  deletedUsersHoldNames: false,
  directoryQuota: Number.MAX_SAFE_INTEGER,
  membersPerWrite: 3,
  writeMeter: "bucket",
  premium: true,
  logDays: 30,
  invitationsAllowed: true,
  skipTokenMinutes: 60,
  deltaTokenDays: 7,
  deltaReplays: 0,
};

/** @throws TypeError for a condition that does not exist, or a value of another type than its own */
export function checkCondition(name: string, value: unknown): void {
  if (!Object.hasOwn(USUAL, name))
    throw new TypeError(`No condition ${name}. There are: ${Object.keys(USUAL).join(", ")}.`);
  const usual = typeof USUAL[name as keyof Conditions];
  const wanted = usual === "undefined" ? "object" : usual;
  const isOff = usual === "undefined" && value === undefined;
  if (!isOff && (typeof value !== wanted || value === null))
    throw new TypeError(
      `The condition ${name} takes ${wanted === "object" ? "an" : "a"} ${wanted}.`,
    );
}
