import { ChangeLog } from "./change-log.ts";
import type { Entity, Kind, State, Values } from "./entity.ts";
import { guidOf } from "./ids.ts";
import { KeyIndex } from "./key-index.ts";
import { Listing } from "./listing.ts";
import { Relation } from "./relation.ts";

/** The kinds of edge, each from the object that holds the list to the one listed. */
export type RelationName =
  | "members"
  | "owners"
  | "manager"
  | "sponsors"
  | "registeredOwners"
  | "registeredUsers";

/** How far reads lag behind writes. */
export interface Replication {
  /** How long a write made now takes to replicate to lagging readers, milliseconds; 0 for no lag. */
  lagMs(): number;
  /** Whether the read made now goes to a lagging reader. */
  stale(): boolean;
  /** A monotonic clock, milliseconds. */
  nowMs(): number;
}

const KINDS: readonly Kind[] = [
  "user",
  "group",
  "application",
  "servicePrincipal",
  "administrativeUnit",
  "device",
  "directoryRole",
  "orgContact",
];

const listings = (): Record<Kind, Listing> =>
  Object.fromEntries(KINDS.map((kind) => [kind, new Listing()])) as Record<Kind, Listing>;

/** One change as the audit log keeps it: with the values from before and after. */
export interface DirectoryChange {
  readonly what: "created" | "updated" | "deleted" | "restored" | "purged" | "linked" | "unlinked";
  readonly entity: Entity;
  readonly before?: Values;
  readonly after?: Values;
  readonly relation?: RelationName;
  readonly target?: string;
}

/** What a reader sees of an entity. */
export interface Seen {
  readonly values: Values;
  readonly state: State;
}

/**
 * The objects of one tenant and the edges between them: state without rules. Writes take effect at
 * once; what a reader sees of them can lag (`seen`).
 */
export class Directory {
  readonly live = listings();
  readonly deleted = listings();
  readonly changes = new ChangeLog();
  readonly relations: Record<RelationName, Relation> = {
    members: new Relation(),
    owners: new Relation(),
    manager: new Relation(),
    sponsors: new Relation(),
    registeredOwners: new Relation(),
    registeredUsers: new Relation(),
  };
  /** Is told of every change. */
  onChange: ((change: DirectoryChange) => void) | undefined;
  readonly #byId = new Map<string, Entity>();
  readonly #indexes = new Map<string, KeyIndex>();
  readonly #seed: number;
  readonly #replication: Replication;
  #ids = 0;

  constructor(seed: number, replication: Replication) {
    this.#seed = seed;
    this.#replication = replication;
  }

  /** A GUID that was not issued before; the sequence depends on the seed. */
  newId(): string {
    this.#ids += 1;
    return guidOf(this.#seed, this.#ids);
  }

  get(id: string): Entity | undefined {
    return this.#byId.get(id) ?? this.#byId.get(id.toLowerCase());
  }

  /** What the current reader sees of `entity`. */
  seen(entity: Entity): Seen {
    const past = entity.past;
    if (past === undefined) return entity;
    const now = this.#replication.nowMs();
    const first = past.find((version) => version.untilMs > now);
    if (!first) {
      entity.past = undefined;
      return entity;
    }
    return this.#replication.stale() ? first : entity;
  }

  /** The edges of `from` that the current reader sees in an outdated state. */
  seenLate(relation: RelationName, from: string): ReadonlyMap<string, boolean> | undefined {
    const late = this.relations[relation].late(from, this.#replication.nowMs());
    return late && this.#replication.stale() ? late : undefined;
  }

  /** Live entities of `kind` whose text property `property` equals `key`, ignoring case. */
  find(kind: Kind, property: string, key: string): readonly Entity[] {
    const name = `${kind}/${property}`;
    let index = this.#indexes.get(name);
    if (!index) {
      index = new KeyIndex();
      for (const entity of this.live[kind]) index.add(entity.values[property], entity);
      this.#indexes.set(name, index);
    }
    return index.all(key);
  }

  create(kind: Kind, values: Values, id = this.newId()): Entity {
    const entity: Entity = {
      id,
      kind,
      values,
      state: "live",
      place: 0,
      deletedMs: 0,
      past: undefined,
    };
    this.#remember(entity, { values, state: "absent" });
    this.#byId.set(id, entity);
    this.live[kind].add(entity);
    this.#reindex(entity, undefined, values);
    this.changes.add({ kind, id, what: "created" });
    this.onChange?.({ what: "created", entity, after: values });
    return entity;
  }

  update(entity: Entity, changes: Values): void {
    const before = entity.values;
    this.#remember(entity, { values: before, state: entity.state });
    entity.values = { ...before, ...changes };
    if (entity.state === "live") this.#reindex(entity, before, entity.values);
    this.changes.add({
      kind: entity.kind,
      id: entity.id,
      what: "updated",
      properties: Object.keys(changes),
    });
    this.onChange?.({ what: "updated", entity, before, after: changes });
  }

  /** Sets values that are no change of the object: delta and the audit log do not show them. */
  touch(entity: Entity, values: Values): void {
    entity.values = { ...entity.values, ...values };
  }

  softDelete(entity: Entity, nowMs: number, changes: Values): void {
    const before = entity.values;
    this.#remember(entity, { values: before, state: "live" });
    this.live[entity.kind].remove(entity);
    this.#reindex(entity, before, undefined);
    entity.values = { ...before, ...changes };
    entity.state = "deleted";
    entity.deletedMs = nowMs;
    this.deleted[entity.kind].add(entity);
    this.changes.add({ kind: entity.kind, id: entity.id, what: "deleted" });
    this.onChange?.({ what: "deleted", entity });
  }

  restore(entity: Entity, changes: Values): void {
    this.#remember(entity, { values: entity.values, state: "deleted" });
    this.deleted[entity.kind].remove(entity);
    entity.values = { ...entity.values, ...changes };
    entity.state = "live";
    entity.deletedMs = 0;
    this.live[entity.kind].add(entity);
    this.#reindex(entity, undefined, entity.values);
    this.changes.add({ kind: entity.kind, id: entity.id, what: "restored" });
    this.onChange?.({ what: "restored", entity });
  }

  /** Removes an entity permanently, with all its edges. */
  purge(entity: Entity): void {
    if (entity.state === "live") this.#reindex(entity, entity.values, undefined);
    this.live[entity.kind].remove(entity);
    this.deleted[entity.kind].remove(entity);
    for (const [name, relation] of Object.entries(this.relations)) {
      for (const holder of relation.sources(entity.id)) {
        const kind = this.#byId.get(holder)?.kind;
        if (kind) {
          this.changes.add({
            kind,
            id: holder,
            what: "unlinked",
            relation: name,
            target: entity.id,
          });
        }
      }
      relation.drop(entity.id);
    }
    entity.state = "absent";
    this.#byId.delete(entity.id);
    this.changes.add({ kind: entity.kind, id: entity.id, what: "purged" });
    this.onChange?.({ what: "purged", entity });
  }

  /** Whether the edge was added; false if it existed already. */
  link(name: RelationName, from: Entity, target: string): boolean {
    const relation = this.relations[name];
    if (!relation.add(from.id, target)) return false;
    this.#rememberEdge(name, from, target, false);
    this.changes.add({ kind: from.kind, id: from.id, what: "linked", relation: name, target });
    this.onChange?.({ what: "linked", entity: from, relation: name, target });
    return true;
  }

  /** Whether the edge was removed; false if there was none. */
  unlink(name: RelationName, from: Entity, target: string): boolean {
    const relation = this.relations[name];
    if (!relation.remove(from.id, target)) return false;
    this.#rememberEdge(name, from, target, true);
    this.changes.add({ kind: from.kind, id: from.id, what: "unlinked", relation: name, target });
    this.onChange?.({ what: "unlinked", entity: from, relation: name, target });
    return true;
  }

  #remember(entity: Entity, was: { readonly values: Values; readonly state: State }): void {
    const lagMs = this.#replication.lagMs();
    if (lagMs <= 0) return;
    const now = this.#replication.nowMs();
    const kept = entity.past?.filter((version) => version.untilMs > now) ?? [];
    entity.past = [...kept, { untilMs: now + lagMs, ...was }];
  }

  #rememberEdge(name: RelationName, from: Entity, target: string, was: boolean): void {
    const lagMs = this.#replication.lagMs();
    if (lagMs <= 0) return;
    this.relations[name].lag(from.id, target, was, this.#replication.nowMs() + lagMs);
  }

  #reindex(entity: Entity, before: Values | undefined, after: Values | undefined): void {
    for (const [name, index] of this.#indexes) {
      const slash = name.indexOf("/");
      if (name.slice(0, slash) !== entity.kind) continue;
      const property = name.slice(slash + 1);
      const was = before?.[property];
      const is = after?.[property];
      if (was === is) continue;
      index.remove(was, entity);
      index.add(is, entity);
    }
  }
}
