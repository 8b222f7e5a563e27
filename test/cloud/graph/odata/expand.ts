import { notEmulated } from "../http/graph-error.ts";
import type { Call } from "../resources/call.ts";
import type { Entity, Kind } from "../store/entity.ts";

/** Adds what `$expand` asks for to an object that is shown. */
export type Expander = (entity: Entity, shown: Record<string, unknown>) => Record<string, unknown>;

/** @throws GraphError for what cannot be expanded. */
export function expander(call: Call, type: Kind | "directoryObject"): Expander {
  if (call.query.expand === undefined) return (_entity, shown) => shown;
  throw notEmulated(`$expand on ${type}`);
}
