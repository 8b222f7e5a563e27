import type { Entity } from "./entity.ts";

/**
 * Entities in the order they were added, with a hole for each removed one: a page's position stays
 * valid while others are added and removed, so a listing neither repeats nor skips a lasting entity.
 */
export class Listing {
  readonly #slots: (Entity | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(entity: Entity): void {
    entity.place = this.#slots.length;
    this.#slots.push(entity);
    this.#size += 1;
  }

  remove(entity: Entity): void {
    if (this.#slots[entity.place] !== entity) return;
    this.#slots[entity.place] = undefined;
    this.#size -= 1;
  }

  /** Every entity from `position` on, with the position after it. */
  *from(position: number): Generator<{ readonly entity: Entity; readonly next: number }> {
    for (let at = position; at < this.#slots.length; at += 1) {
      const entity = this.#slots[at];
      if (entity) yield { entity, next: at + 1 };
    }
  }

  *[Symbol.iterator](): Generator<Entity> {
    for (const entity of this.#slots) if (entity) yield entity;
  }
}
