import type { Tenant } from "../app/tenant.ts";
import type { Random } from "./random.ts";

/** What a seeded directory contains. The kinds of account are parts of `users`; the rest are active. */
export interface SeedSettings {
  readonly users?: number;
  readonly groups?: number;
  /** Members of every plain group, or fewer if there are not enough users. */
  readonly membersPerGroup?: number;
  /** Last signed in long ago (120 to 900 days). */
  readonly stale?: number;
  /** Never signed in, and created long ago. */
  readonly neverSignedIn?: number;
  /** Created in the last days, not signed in yet. */
  readonly recent?: number;
  readonly guests?: number;
  /** Signed in only before lastSuccessfulSignInDateTime was recorded (2023-12-01): it is null. */
  readonly before2024?: number;
  readonly disabled?: number;
  /** Mastered on premises. */
  readonly synced?: number;
  /** Whether to add one group of each kind whose members Graph does not let a client change. */
  readonly specialGroups?: boolean;
}

/** What the parts of a seed work on. */
export interface Seeding {
  readonly tenant: Tenant;
  readonly random: Random;
  readonly nowMs: number;
  /** A moment this many days before now, to the hour, as Graph prints it. */
  readonly daysAgo: (days: number) => string;
}
