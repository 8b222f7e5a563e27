import type { Entity, Kind, Values } from "../store/entity.ts";
import type { Tenant } from "./tenant.ts";

/** One object in a snapshot: what is stored, with its edges. */
export interface SnapshotObject {
  readonly id: string;
  readonly values: Values;
  /** Ids, in the order they were added; groups only. */
  readonly members?: readonly string[];
  readonly owners?: readonly string[];
  readonly manager?: string;
}

/** A directory's true state at one moment, without replication lag, for oracles. */
export interface Snapshot {
  readonly users: readonly SnapshotObject[];
  readonly groups: readonly SnapshotObject[];
  readonly deletedUsers: readonly SnapshotObject[];
  readonly deletedGroups: readonly SnapshotObject[];
}

/** `properties` limits what is copied, for large directories. */
export function snapshot(tenant: Tenant, properties?: readonly string[]): Snapshot {
  const { directory } = tenant;
  const valuesOf = (values: Values): Values =>
    properties ? Object.fromEntries(properties.map((name) => [name, values[name]])) : values;
  const targets = (name: "members" | "owners", id: string): string[] =>
    [...directory.relations[name].targets(id)].map(([target]) => target);
  const one = (entity: Entity): SnapshotObject => {
    const [manager] = [...directory.relations.manager.targets(entity.id)];
    return {
      id: entity.id,
      values: valuesOf(entity.values),
      ...(entity.kind === "group" && {
        members: targets("members", entity.id),
        owners: targets("owners", entity.id),
      }),
      ...(manager && { manager: manager[0] }),
    };
  };
  const all = (state: "live" | "deleted", kind: Kind): SnapshotObject[] =>
    [...directory[state][kind]].map(one);
  return {
    users: all("live", "user"),
    groups: all("live", "group"),
    deletedUsers: all("deleted", "user"),
    deletedGroups: all("deleted", "group"),
  };
}
