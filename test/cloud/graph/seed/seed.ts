import { timeText, type Tenant } from "../app/tenant.ts";
import type { Entity } from "../store/entity.ts";
import { createRandom, type Random } from "./random.ts";
import { seedGroups } from "./seed-groups.ts";
import { seedUsers } from "./seed-users.ts";

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

/**
 * Fills a directory: the same seed and settings give the same people and groups with the same ids
 * (dates count back from today). Nothing of it is in the change log.
 */
export function seed(
  tenant: Tenant,
  settings: SeedSettings,
): { readonly users: number; readonly groups: number } {
  const nowMs = tenant.nowMs();
  const hours = new Map<number, string>();
  const seeding: Seeding = {
    tenant,
    random: createRandom(tenant.seed + 7),
    nowMs,
    daysAgo: (days) => {
      // To the hour, and each text once: a million people share them.
      const hour = Math.round(days * 24);
      let text = hours.get(hour);
      if (text === undefined) hours.set(hour, (text = timeText(nowMs - hour * 3_600_000)));
      return text;
    },
  };
  const { changes } = tenant.directory;
  changes.recording = false;
  try {
    const users: readonly Entity[] = seedUsers(seeding, settings);
    seedGroups(seeding, settings, users);
  } finally {
    changes.recording = true;
  }
  return { users: tenant.directory.live.user.size, groups: tenant.directory.live.group.size };
}
