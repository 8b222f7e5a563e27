import type { Directory } from "./directory.ts";
import type { Entity } from "./entity.ts";

/** Everything `id` is a member of, including through nested groups; live objects only, nearest first. */
export function transitiveHolders(directory: Directory, id: string): Entity[] {
  const seen = new Set<string>([id]);
  const found: Entity[] = [];
  let front = [id];
  while (front.length > 0) {
    const next: string[] = [];
    for (const member of front) {
      for (const holder of directory.relations.members.sources(member)) {
        const entity = directory.get(holder);
        if (seen.has(holder) || entity?.state !== "live") continue;
        seen.add(holder);
        found.push(entity);
        next.push(holder);
      }
    }
    front = next;
  }
  return found;
}

/**
 * Everything `start` contains, including through nested groups, of those that `opens` lets through; live
 * objects only, nearest first.
 */
export function transitiveTargets(
  directory: Directory,
  start: Entity,
  opens: (holder: Entity) => boolean,
): Entity[] {
  const seen = new Set<string>([start.id]);
  const found: Entity[] = [];
  let front = opens(start) ? [start.id] : [];
  while (front.length > 0) {
    const next: string[] = [];
    for (const holder of front) {
      for (const [member] of directory.relations.members.targets(holder)) {
        const entity = directory.get(member);
        if (seen.has(member) || entity?.state !== "live") continue;
        seen.add(member);
        found.push(entity);
        if (entity.kind === "group" && opens(entity)) next.push(member);
      }
    }
    front = next;
  }
  return found;
}
