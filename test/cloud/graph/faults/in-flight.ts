import type { Random } from "../seed/random.ts";
import type { Conditions } from "./conditions.ts";

/** What a write touches while it is in flight. */
export interface Touch {
  /** Objects it changes, by id. */
  readonly objects?: readonly string[];
  /** Edges it changes, each as group and member. */
  readonly edges?: readonly (readonly [string, string])[];
}

/** Counts of concurrent writes, whether or not they were refused. */
export interface Overlaps {
  /** Writes that began while another was in flight to the same object. */
  objects: number;
  /** Writes that began while another was in flight to the same edge. */
  edges: number;
  /** The most edges of one group that were in flight at once. */
  mostEdgesOfOneGroup: number;
}

/** The writes in flight, and whether another one may start beside them. */
export class InFlight {
  readonly overlaps: Overlaps = { objects: 0, edges: 0, mostEdgesOfOneGroup: 0 };
  readonly #held = new Map<string, number>();
  readonly #conditions: Conditions;
  readonly #random: Random;

  constructor(conditions: Conditions, random: Random) {
    this.#conditions = conditions;
    this.#random = random;
  }

  /** Registers the write. `conflict`: Graph would refuse it. Call `leave` when it ends. */
  enter(touch: Touch): { readonly conflict: boolean; readonly leave: () => void } {
    const keys: string[] = [];
    let overlaps = false;
    for (const id of touch.objects ?? []) {
      if ((this.#held.get(id) ?? 0) > 0) {
        this.overlaps.objects += 1;
        overlaps = true;
      }
      keys.push(id);
    }
    for (const [group, member] of touch.edges ?? []) {
      const edge = `${group}>${member}`;
      const ofGroup = `edges:${group}`;
      if ((this.#held.get(edge) ?? 0) > 0) {
        this.overlaps.edges += 1;
        overlaps = true;
      }
      const beside = (this.#held.get(ofGroup) ?? 0) + 1;
      this.overlaps.mostEdgesOfOneGroup = Math.max(this.overlaps.mostEdgesOfOneGroup, beside);
      overlaps ||= beside > this.#conditions.edgesPerGroup;
      keys.push(edge, ofGroup);
    }
    for (const key of keys) this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    return {
      conflict: overlaps && this.#random.next() < this.#conditions.objectConflicts,
      leave: () => {
        for (const key of keys) {
          const rest = (this.#held.get(key) ?? 1) - 1;
          if (rest > 0) this.#held.set(key, rest);
          else this.#held.delete(key);
        }
      },
    };
  }
}
