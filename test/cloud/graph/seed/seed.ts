import { timeText, type Tenant } from "../app/tenant.ts";
import type { Entity } from "../store/entity.ts";
import { createRandom } from "./random.ts";
import { seedGroups } from "./seed-groups.ts";
import { seedUsers } from "./seed-users.ts";
import type { Seeding, SeedSettings } from "./seeding.ts";

/**
 * Fills a directory: the same seed and settings give the same people and groups with the same ids
 * (dates count back from today). The change log does not contain it.
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
      // Rounded to the hour, so that a million people share few strings.
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
