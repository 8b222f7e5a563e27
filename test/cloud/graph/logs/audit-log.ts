import type { Caller } from "../app/options.ts";
import type { DirectoryChange } from "../store/directory.ts";
import type { Values } from "../store/entity.ts";
import { Ring } from "./ring.ts";

/** The operation that is being carried out. */
export interface Operation {
  readonly caller: Caller;
  /** `POST /users`, of the route. */
  readonly route: string;
  readonly correlationId: string;
  readonly userAgent: string | undefined;
}

/** A change that is not one of a directory object: an assignment, a credential, a setting. */
export interface OtherChange {
  readonly what: "operation";
  readonly params: Readonly<Record<string, string>>;
  readonly body: Values;
  /** The answer's body, if there was one. */
  readonly made: Values | undefined;
}

/** One change and who made it; how it is shown is worked out when somebody reads the log. */
export interface Audited {
  readonly operation: Operation;
  readonly change: DirectoryChange | OtherChange;
  readonly atMs: number;
}

const MOST_KEPT = 20_000;

/** The changes of one tenant that were made through Graph, not those of the seed and the control. */
export class AuditLog {
  readonly entries = new Ring<Audited>(MOST_KEPT);
  readonly #nowMs: () => number;
  #current: Operation | undefined;
  #changes: (DirectoryChange | OtherChange)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Changes between `begin` and `end` belong to this operation. */
  begin(operation: Operation): void {
    this.#current = operation;
    this.#changes = [];
  }

  note(change: DirectoryChange | OtherChange): void {
    if (this.#current !== undefined) this.#changes.push(change);
  }

  /** Whether the current operation has changed an object. */
  get hasChanged(): boolean {
    return this.#changes.length > 0;
  }

  /** Keeps what changed, also if the operation was refused in the end. */
  end(): void {
    const operation = this.#current;
    this.#current = undefined;
    if (operation === undefined || this.#changes.length === 0) return;
    const atMs = this.#nowMs();
    for (const change of this.#changes) this.entries.add({ operation, change, atMs });
    this.#changes = [];
  }
}
