import { seededRandom } from "../../../core/seeded-random.ts";

/** A stream of pseudo-random numbers that depends only on its seed, so that a run can be repeated. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** A whole number in [0, below). */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

/** A text's 32-bit hash (FNV-1a), for seeds given as text. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The stream of `seed`. */
export function createRandom(seed: number): Random {
  const next = seededRandom(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new TypeError("nothing to pick from");
      return picked;
    },
  };
}
