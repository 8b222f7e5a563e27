import type { Values } from "../store/entity.ts";

/** What a tenant keeps beside its directory objects (policies, extensions, photos), as named collections by id. */
export class Shelves {
  readonly #all = new Map<string, Map<string, Values>>();

  /** The collection with this name, empty at first. */
  of(name: string): Map<string, Values> {
    let held = this.#all.get(name);
    if (!held) this.#all.set(name, (held = new Map()));
    return held;
  }
}
