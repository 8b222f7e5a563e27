import type { Random } from "../seed/random.ts";
import type { Fault, FaultRule } from "./fault-rule.ts";

interface Armed {
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  readonly body: RegExp | undefined;
  matched: number;
  struck: number;
}

/** What a rule is matched with. `bodyText` is called only if a rule reads the body. */
export interface Target {
  readonly method: string;
  readonly path: string;
  readonly bodyText: () => string;
}

/** The faults that can apply to one part of a batch: the others concern the connection. */
const FOR_PARTS: ReadonlySet<string> = new Set(["status", "html", "hang", "delay"]);

/** The active faults. Rules are tried in the order they were added; the first that matches applies. */
export class Faults {
  readonly #armed = new Map<number, Armed>();
  readonly #random: Random;
  #ids = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get none(): boolean {
    return this.#armed.size === 0;
  }

  /**
   * The rule's number, for `remove`.
   * @throws SyntaxError if a pattern is not a regular expression, TypeError if the fault cannot hit a part
   */
  add(rule: FaultRule): number {
    if (rule.at === "part" && !FOR_PARTS.has(rule.fault.kind)) {
      throw new TypeError(
        `a fault of kind ${rule.fault.kind} applies to a whole request, not to a part`,
      );
    }
    this.#ids += 1;
    this.#armed.set(this.#ids, {
      rule,
      path: rule.path === undefined ? undefined : new RegExp(rule.path, "i"),
      body: rule.body === undefined ? undefined : new RegExp(rule.body, "i"),
      matched: 0,
      struck: 0,
    });
    return this.#ids;
  }

  remove(id: number): void {
    this.#armed.delete(id);
  }

  clear(): void {
    this.#armed.clear();
  }

  /** How often each rule was applied. */
  struck(): Readonly<Record<number, number>> {
    return Object.fromEntries([...this.#armed].map(([id, armed]) => [id, armed.struck]));
  }

  /** The fault that applies to `target`, if any; counts it. */
  strike(at: "request" | "part", target: Target): Fault | undefined {
    if (this.#armed.size === 0) return undefined;
    for (const armed of this.#armed.values()) {
      const { rule } = armed;
      if (rule.at !== at) continue;
      if (rule.method !== undefined && rule.method.toUpperCase() !== target.method) continue;
      if (armed.path && !armed.path.test(target.path)) continue;
      if (armed.body && !armed.body.test(target.bodyText())) continue;
      armed.matched += 1;
      if (armed.matched <= (rule.skip ?? 0)) continue;
      if (rule.times !== undefined && armed.struck >= rule.times) continue;
      if (rule.probability !== undefined && this.#random.next() >= rule.probability) continue;
      armed.struck += 1;
      return rule.fault;
    }
    return undefined;
  }
}
