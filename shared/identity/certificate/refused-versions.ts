import type { SigningKey } from "./signing-key.ts";

/** How long a refused version is tried after the others: it may not have been registered yet. */
const REFUSED_MS = 60 * 60_000;

/** Remembers which versions Entra refused within the last hour. */
export interface RefusedVersions {
  add(version: string): void;
  remove(version: string): void;
  all(): ReadonlySet<string>;
  /** The keys in the same order, but the refused ones last. */
  last(keys: readonly SigningKey[]): SigningKey[];
}

/** By a clock that never jumps: a corrected date must not end or prolong a refusal. */
export function createRefusedVersions(monotonic: () => number): RefusedVersions {
  const untilMs = new Map<string, number>();

  function all(): ReadonlySet<string> {
    const nowMs = monotonic();
    const late = [...untilMs].filter(([, endMs]) => endMs > nowMs);
    return new Set(late.map(([version]) => version));
  }

  return {
    add: (version) => void untilMs.set(version, monotonic() + REFUSED_MS),
    remove: (version) => void untilMs.delete(version),
    all,
    last: (keys) => {
      const refused = all();
      const rank = ({ version }: SigningKey): number => Number(refused.has(version));
      return keys.toSorted((one, other) => rank(one) - rank(other));
    },
  };
}
