import type { Directory, RelationName } from "../store/directory.ts";
import type { Entity, Kind, Values } from "../store/entity.ts";

/** One object of a collection as the reader sees it, with the cursor after it. */
export interface Candidate {
  readonly entity: Entity;
  readonly values: Values;
  readonly next: number;
}

/** Everything in a collection after a cursor, in a stable order. */
export type Source = (cursor: number) => Iterable<Candidate>;

const visible = (directory: Directory, entity: Entity, next: number): Candidate | undefined => {
  const seen = directory.seen(entity);
  return seen.state === "live" ? { entity, values: seen.values, next } : undefined;
};

/** All live objects of a kind. */
export const kindSource = (directory: Directory, kind: Kind): Source =>
  function* from(cursor) {
    for (const { entity, next } of directory.live[kind].from(cursor)) {
      const candidate = visible(directory, entity, next);
      if (candidate) yield candidate;
    }
  };

/** Objects from a list, e.g. those an index found. */
export const entitiesSource = (directory: Directory, entities: readonly Entity[]): Source =>
  function* from(cursor) {
    for (let at = cursor; at < entities.length; at += 1) {
      const entity = entities[at];
      const candidate = entity && visible(directory, entity, at + 1);
      if (candidate) yield candidate;
    }
  };

/** The objects that edges of `from` lead to, without soft-deleted ones. */
export const targetsSource = (
  directory: Directory,
  relation: RelationName,
  holder: Entity,
  shows: (entity: Entity) => boolean = () => true,
): Source =>
  function* from(cursor) {
    const late = directory.seenLate(relation, holder.id);
    for (const [id, number] of directory.relations[relation].targets(holder.id, cursor)) {
      if (late?.get(id) === false) continue;
      const entity = directory.get(id);
      const candidate = entity && shows(entity) && visible(directory, entity, number);
      if (candidate) yield candidate;
    }
    if (!late || cursor > 0) return;
    for (const [id, was] of late) {
      if (!was) continue;
      const entity = directory.get(id);
      const candidate = entity && shows(entity) && visible(directory, entity, cursor);
      if (candidate) yield candidate;
    }
  };
