import type { Kind } from "./entity.ts";

/** One change to an object, for delta queries. */
export interface Change {
  readonly sequence: number;
  readonly kind: Kind;
  readonly id: string;
  readonly what: "created" | "updated" | "deleted" | "restored" | "purged" | "linked" | "unlinked";
  /** The properties an update set. */
  readonly properties?: readonly string[];
  /** The relation of an edge and its target. */
  readonly relation?: string;
  readonly target?: string;
}

/** Everything that changed since the directory was seeded, in order. Sequence numbers start at 1. */
export class ChangeLog {
  readonly #changes: Change[] = [];
  /** Seeding is not logged: a first delta round reads the directory itself. */
  recording = true;

  get sequence(): number {
    return this.#changes.length;
  }

  add(change: Omit<Change, "sequence">): void {
    if (this.recording) this.#changes.push({ ...change, sequence: this.#changes.length + 1 });
  }

  /** The changes after number `sequence`, up to and including `until`. */
  between(sequence: number, until: number): readonly Change[] {
    return this.#changes.slice(sequence, until);
  }
}
