import { allGuardedKinds, type GuardedKind } from "../../shared/catalogue/guarded.ts";
import type { Caps, GroupCaps, KindCaps } from "../../shared/guards/caps.ts";

/** Caps that hold nothing, save for those given. */
export function capsWith(
  kinds: Partial<Record<GuardedKind, Partial<KindCaps>>> = {},
  groups: Partial<GroupCaps> = {},
): Caps {
  const wide: KindCaps = { perBatch: 1e6, perDay: 1e7, percentPerDay: 100 };
  const all = allGuardedKinds.map((kind) => [kind, { ...wide, ...kinds[kind] }] as const);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every kind is there
    kinds: Object.fromEntries(all) as Record<GuardedKind, KindCaps>,
    groups: { percentPerDay: 100, fromMembers: 20, ...groups },
  };
}
