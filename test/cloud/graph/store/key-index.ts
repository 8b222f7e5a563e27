import type { Entity } from "./entity.ts";

/** Finds entities by a text property, ignoring case as the directory does. */
export class KeyIndex {
  readonly #entries = new Map<string, Entity | Entity[]>();

  add(key: unknown, entity: Entity): void {
    if (typeof key !== "string" || key === "") return;
    const folded = key.toLowerCase();
    const held = this.#entries.get(folded);
    if (held === undefined) this.#entries.set(folded, entity);
    else if (Array.isArray(held)) held.push(entity);
    else this.#entries.set(folded, [held, entity]);
  }

  remove(key: unknown, entity: Entity): void {
    if (typeof key !== "string" || key === "") return;
    const folded = key.toLowerCase();
    const held = this.#entries.get(folded);
    if (held === entity) this.#entries.delete(folded);
    else if (Array.isArray(held)) {
      const rest = held.filter((other) => other !== entity);
      const [only] = rest;
      if (rest.length === 1 && only) this.#entries.set(folded, only);
      else if (rest.length === 0) this.#entries.delete(folded);
      else this.#entries.set(folded, rest);
    }
  }

  all(key: string): readonly Entity[] {
    const held = this.#entries.get(key.toLowerCase());
    if (held === undefined) return [];
    return Array.isArray(held) ? held : [held];
  }
}
