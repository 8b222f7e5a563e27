import { SETS } from "../model/models.ts";
import type { Collection } from "./list.ts";
import type { Source } from "./source.ts";

const onlyOf = (source: Source, type: Collection["type"]): Source =>
  function* from(cursor) {
    for (const candidate of source(cursor)) if (candidate.entity.kind === type) yield candidate;
  };

/** The objects of a relationship: of several types and told with them, or those of the type that a path casts to. */
export const relatedObjects = (
  source: Source,
  type: Collection["type"] = "directoryObject",
): Collection =>
  type === "directoryObject"
    ? { type, set: "directoryObjects", typed: true, isRelationship: true, source }
    : { type, set: SETS[type], typed: false, isRelationship: true, source: onlyOf(source, type) };
