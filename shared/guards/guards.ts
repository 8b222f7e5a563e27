import { guardedKinds, isGuardedKind } from "../catalogue/guarded.ts";
import type { GuardFinding, PlannedCharge } from "../records/plan.ts";

/** The most rows of each kind that one batch may write. */
export interface Caps {
  readonly maxDeletes: number;
  readonly maxDisables: number;
}

/**
 * Compares the planned writes with the caps. One row over a cap holds the whole batch: a batch cut at
 * the cap would do half of a job that no person has checked.
 */
export function findGuards(
  { counts }: Pick<PlannedCharge, "counts">,
  settings: Caps,
): readonly GuardFinding[] {
  const caps = [
    ["deletes", settings.maxDeletes, "MAX_DELETES_PER_BATCH"],
    ["disables", settings.maxDisables, "MAX_DISABLES_PER_BATCH"],
  ] as const;
  return caps.map(([guard, limit, setting]) => {
    const count = counts[guard] ?? 0;
    const held = count > limit;
    const left = Math.max(0, limit - count);
    return { guard, kind: guard, scope: "batch", count, limit, left, setting, held };
  });
}

/** `1 delete`, `64 disables`. */
export function countOf(kind: string, count: number): string {
  const { one, many } = isGuardedKind(kind) ? guardedKinds[kind] : { one: kind, many: kind };
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Why a batch is held and what releases it, in words; `undefined` if no guard holds it. */
export function whyHeld(
  findings: readonly GuardFinding[],
): { readonly counts: string; readonly reason: string; readonly fix: string } | undefined {
  const held = findings.filter((finding) => finding.held);
  if (held.length === 0) return undefined;
  const counts = held
    .map(
      ({ kind, count, limit, setting, reason }) =>
        reason ?? `the batch has ${countOf(kind, count)}, and ${setting} allows ${limit}`,
    )
    .join("; ");
  const settings = held
    .map(({ setting, count }) => `${setting} to at least ${count}`)
    .join(" and ");
  return {
    counts,
    reason: `Held, nothing was written: ${counts}.`,
    fix: `Look through the rows. If they are right, raise ${settings} and send the batch again under a new name, or split it.`,
  };
}
