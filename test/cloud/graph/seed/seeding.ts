import type { Tenant } from "../app/tenant.ts";
import type { Random } from "./random.ts";

/** What a seeded directory holds. The kinds of account are parts of `users`, the rest are at work. */
export interface SeedSettings {
  readonly users?: number;
  readonly groups?: number;
  /** Members of every plain group, as many as there are users for. */
  readonly membersPerGroup?: number;
  /** Last signed in long ago (120 to 900 days). */
  readonly stale?: number;
  /** Never signed in, and created long ago. */
  readonly neverSignedIn?: number;
  /** Created in the last days, not signed in yet. */
  readonly recent?: number;
  readonly guests?: number;
  /** Signed in only before lastSuccessfulSignInDateTime was kept (2023-12-01): it is null. */
  readonly before2024?: number;
  readonly disabled?: number;
  /** Mastered on premises. */
  readonly synced?: number;
  /** One group of each kind that Graph does not let one write to, beside `groups`. */
  readonly specialGroups?: boolean;
}

/** How a seed's parts reach the directory. */
export interface Seeding {
  readonly tenant: Tenant;
  readonly random: Random;
  readonly nowMs: number;
  /** A moment so many days before now, to the hour, as Graph prints it. */
  readonly daysAgo: (days: number) => string;
}
