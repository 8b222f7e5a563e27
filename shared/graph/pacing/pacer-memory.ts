import type { LimitKind, PaceSettings } from "./pace-settings.ts";
import type { Pace } from "./pacing.ts";

/** What a write pacer learned of its quota, as JSON for the one that follows it. Times are of the epoch. */
export interface PacerMemory {
  readonly share: number;
  readonly easedAtMs: number;
  readonly repeats: number;
  /** Until when Graph asked to send nothing; it may have passed. */
  readonly heldUntilMs?: number | undefined;
  /** Writes since `easedAtMs`. */
  readonly sentSinceEased?: number | undefined;
  /** Whether Graph was found to count in a bucket or in a sliding window. */
  readonly kind?: LimitKind | undefined;
  /** The writes of the last window, in the order of time. Older versions of the app did not keep them. */
  readonly recent?: readonly { readonly atMs: number; readonly writes: number }[] | undefined;
  /** When this was stored. */
  readonly savedAtMs?: number | undefined;
  /** Nothing was sent afterwards. Otherwise the pacer's process may have died after it sent more. */
  readonly hasEnded?: boolean | undefined;
}

/** The memory of a tenant in which the application never wrote. */
export const neverWrote: PacerMemory = {
  share: 1,
  easedAtMs: 0,
  repeats: 0,
  recent: [],
  savedAtMs: 0,
  hasEnded: true,
};

/** So long after its last save a runner may send: a slice of four minutes, and a post's time-out. */
const MAY_SEND_FOR_MS = 5 * 60_000;

/** What a new pace starts with. `epochMs` is the epoch's instant at which its clock showed 0. */
export function remembered(
  memory: PacerMemory | undefined,
  { startAt, epochMs, quota }: { startAt: number; epochMs: number; quota: number },
): Pick<PaceSettings, "easing" | "heldUntil" | "kind" | "recent"> {
  if (!memory) return {};
  const { heldUntilMs, kind } = memory;
  return {
    kind,
    heldUntil: heldUntilMs === undefined ? undefined : heldUntilMs - epochMs,
    easing: easingOf(memory, { startAt, epochMs }),
    recent: recentOf(memory, { startAt, epochMs, quota }),
  };
}

/** `undefined` if nothing was refused: the first posts then leave one by one, unless there is stock. */
function easingOf(
  { share, repeats, easedAtMs, sentSinceEased = 0 }: PacerMemory,
  { startAt, epochMs }: { startAt: number; epochMs: number },
): PaceSettings["easing"] {
  if (share === 1 && repeats === 0) return undefined;
  const easedAt = Math.min(startAt, easedAtMs - epochMs);
  return { share, easedAt, repeats, sent: -sentSinceEased, refused: 0 };
}

/**
 * The writes within the window before `startAt`; `undefined` if an older version did not keep them. A
 * pacer that did not end may have written its whole quota until the last instant at which it can have
 * been alive.
 */
function recentOf(
  { recent, savedAtMs = 0, hasEnded }: PacerMemory,
  { startAt, epochMs, quota }: { startAt: number; epochMs: number; quota: number },
): PaceSettings["recent"] {
  if (!recent) return undefined;
  const known = recent.map(({ atMs, writes }) => ({
    at: Math.min(startAt, atMs - epochMs),
    amount: writes,
  }));
  if (hasEnded) return known;
  const latest = Math.min(startAt, savedAtMs - epochMs + MAY_SEND_FOR_MS);
  return [...known, { at: latest, amount: quota }];
}

/** What to remember of a pace; `undefined` if there is nothing to say. */
export function memoryOf(
  pace: Pace,
  { now, epochMs, hasEnded }: { now: number; epochMs: number; hasEnded: boolean },
): PacerMemory | undefined {
  const easing = pace.easing();
  const recent = pace.recent(now);
  if (!easing && !recent && pace.heldUntil() <= now) return undefined;
  return {
    share: easing?.share ?? 1,
    // Without easing: as if it had been eased long ago.
    easedAtMs: easing ? Math.round(epochMs + easing.easedAt) : 0,
    repeats: easing?.repeats ?? 0,
    heldUntilMs: Math.ceil(epochMs + pace.heldUntil()),
    sentSinceEased: easing ? pace.sentSinceEased() : 0,
    kind: pace.kind(),
    recent: recent?.map(({ at, amount }) => ({ atMs: Math.ceil(epochMs + at), writes: amount })),
    savedAtMs: Math.ceil(epochMs + now),
    hasEnded,
  };
}
