/** An entry of a log with its number, which only grows. */
export interface Numbered<T> {
  readonly number: number;
  readonly entry: T;
}

/** The last `most` entries; older ones are overwritten. */
export class Ring<T> {
  readonly #most: number;
  readonly #entries: T[] = [];
  #added = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(entry: T): void {
    this.#entries[this.#added % this.#most] = entry;
    this.#added += 1;
  }

  /** The next entry's number. */
  get next(): number {
    return this.#added;
  }

  get(number: number): T | undefined {
    const isHeld = number < this.#added && number >= this.#added - this.#entries.length;
    return isHeld ? this.#entries[number % this.#most] : undefined;
  }

  /** Newest first, from the one before `below`. */
  *newest(below = this.#added): Iterable<Numbered<T>> {
    const oldest = this.#added - this.#entries.length;
    for (let number = Math.min(below, this.#added) - 1; number >= oldest; number -= 1) {
      const entry = this.get(number);
      if (entry !== undefined) yield { number, entry };
    }
  }
}
