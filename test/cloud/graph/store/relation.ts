/** How an edge looks to a lagging replica. */
interface LateEdge {
  readonly untilMs: number;
  readonly was: boolean;
}

/**
 * Directed edges of one kind, e.g. group → member, readable in either direction. Edges are numbered in
 * the order they were added, so that a page of a long list can record where it stopped.
 */
export class Relation {
  readonly #forward = new Map<string, Map<string, number>>();
  readonly #backward = new Map<string, string | Set<string>>();
  readonly #late = new Map<string, Map<string, LateEdge>>();
  #count = 0;

  /** Whether the edge was added; false if it existed already. */
  add(from: string, to: string): boolean {
    let targets = this.#forward.get(from);
    if (!targets) this.#forward.set(from, (targets = new Map()));
    if (targets.has(to)) return false;
    this.#count += 1;
    targets.set(to, this.#count);
    const sources = this.#backward.get(to);
    if (sources === undefined) this.#backward.set(to, from);
    else if (typeof sources === "string") this.#backward.set(to, new Set([sources, from]));
    else sources.add(from);
    return true;
  }

  /** Whether the edge was removed; false if there was none. */
  remove(from: string, to: string): boolean {
    const targets = this.#forward.get(from);
    if (!targets?.delete(to)) return false;
    if (targets.size === 0) this.#forward.delete(from);
    const sources = this.#backward.get(to);
    if (sources === from) this.#backward.delete(to);
    else if (sources instanceof Set) {
      sources.delete(from);
      if (sources.size === 0) this.#backward.delete(to);
    }
    return true;
  }

  has(from: string, to: string): boolean {
    return this.#forward.get(from)?.has(to) ?? false;
  }

  /** How many edges `from` has. */
  sizeOf(from: string): number {
    return this.#forward.get(from)?.size ?? 0;
  }

  /** Every target of `from` whose edge has a number above `after`, with that number. */
  *targets(from: string, after = 0): Generator<readonly [string, number]> {
    for (const edge of this.#forward.get(from) ?? []) if (edge[1] > after) yield edge;
  }

  /** Every source of an edge to `to`. */
  *sources(to: string): Generator<string> {
    const sources = this.#backward.get(to);
    if (typeof sources === "string") yield sources;
    else if (sources) yield* sources;
  }

  /** Removes every edge from and to `id`. */
  drop(id: string): void {
    // A Map allows removing the current entry; the Set of sources may be replaced meanwhile, so it is copied.
    for (const to of this.#forward.get(id)?.keys() ?? []) this.remove(id, to);
    for (const from of Array.from(this.sources(id))) this.remove(from, id);
  }

  /** Until `untilMs`, lagging readers still see the edge as it `was`. */
  lag(from: string, to: string, was: boolean, untilMs: number): void {
    let edges = this.#late.get(from);
    if (!edges) this.#late.set(from, (edges = new Map()));
    edges.set(to, { untilMs, was });
  }

  /** The edges of `from` that a lagging reader sees in an outdated state at `nowMs`. */
  late(from: string, nowMs: number): ReadonlyMap<string, boolean> | undefined {
    const edges = this.#late.get(from);
    if (!edges) return undefined;
    const seen = new Map<string, boolean>();
    for (const [to, edge] of edges) {
      if (edge.untilMs > nowMs) seen.set(to, edge.was);
      else edges.delete(to);
    }
    if (edges.size === 0) this.#late.delete(from);
    return seen.size > 0 ? seen : undefined;
  }
}
