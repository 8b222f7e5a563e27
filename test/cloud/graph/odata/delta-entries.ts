import { prefers, type Call } from "../resources/call.ts";
import type { Change } from "../store/change-log.ts";
import type { RelationName } from "../store/directory.ts";
import { odataTypeOf, type Entity, type Kind } from "../store/entity.ts";
import type { DeltaQuery } from "./delta-query.ts";
import { render, selected } from "./render.ts";

/** An object, or its removal, as a delta query reports it. */
export type DeltaEntry = Readonly<Record<string, unknown>>;

export interface DeltaPage {
  readonly entries: readonly DeltaEntry[];
  /** Where the next page begins; `undefined` if the round is complete. */
  readonly next: number | undefined;
}

/** Members in one entry; a larger group appears several times (delta-query-groups). The number is ours. */
const MEMBERS_PER_ENTRY = 400;

const edge = (call: Call, id: string): DeltaEntry => {
  const target = call.tenant.directory.get(id);
  return { "@odata.type": odataTypeOf(target?.kind ?? "user"), id };
};

/** Properties that were never set are left out (delta-query-overview). */
const withoutNulls = (shown: DeltaEntry): DeltaEntry =>
  Object.fromEntries(
    Object.entries(shown).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );

function whole(entity: Entity, query: DeltaQuery): DeltaEntry {
  const names = new Set(["id", ...selected(entity.kind, query.select)]);
  return withoutNulls(render(entity, entity.values, [...names], false));
}

/** The first round: every object as it is now, with all its edges. */
export function firstEntries(
  call: Call,
  kind: Kind,
  query: DeltaQuery,
  cursor: number,
  size: number,
): DeltaPage {
  const { directory } = call.tenant;
  const entries: DeltaEntry[] = [];
  let last = cursor;
  for (const { entity, next } of directory.live[kind].from(cursor)) {
    if (entries.length >= size) return { entries, next: last };
    last = next;
    if (query.ids && !query.ids.includes(entity.id)) continue;
    entries.push(...entriesOf(call, entity, query));
  }
  return { entries, next: undefined };
}

function entriesOf(call: Call, entity: Entity, query: DeltaQuery): DeltaEntry[] {
  const shown = whole(entity, query);
  const parts: DeltaEntry[] = [];
  for (const name of query.relations) {
    const ids = [...call.tenant.directory.relations[name as RelationName].targets(entity.id)].map(
      ([id]) => id,
    );
    for (let at = 0; at < ids.length; at += MEMBERS_PER_ENTRY) {
      const chunk = ids.slice(at, at + MEMBERS_PER_ENTRY).map((id) => edge(call, id));
      parts.push({ ...shown, [`${name}@delta`]: chunk });
    }
  }
  return parts.length > 0 ? parts : [shown];
}

/** What changed between two numbers of the change log, one entry per object. */
export function entriesFor(
  call: Call,
  kind: Kind,
  round: {
    readonly query: DeltaQuery;
    readonly since: number;
    readonly until: number;
    readonly cursor: number;
  },
  size: number,
): DeltaPage {
  const perObject = new Map<string, Change[]>();
  for (const change of call.tenant.directory.changes.between(round.since, round.until)) {
    if (change.kind !== kind) continue;
    if (round.query.ids && !round.query.ids.includes(change.id)) continue;
    const list = perObject.get(change.id);
    if (list) list.push(change);
    else perObject.set(change.id, [change]);
  }
  const told = [...perObject].flatMap(([id, changes]) => {
    const entry = entryFor(call, id, changes, round.query);
    return entry ? [entry] : [];
  });
  const entries = told.slice(round.cursor, round.cursor + size);
  const next = round.cursor + size;
  return { entries, next: next < told.length ? next : undefined };
}

function entryFor(
  call: Call,
  id: string,
  changes: readonly Change[],
  query: DeltaQuery,
): DeltaEntry | undefined {
  const entity = call.tenant.directory.get(id);
  if (!entity) return { id, "@removed": { reason: "deleted" } };
  if (entity.state === "deleted") return { id, "@removed": { reason: "changed" } };
  const appeared = changes.some(({ what }) => what === "created" || what === "restored");
  const edges = edgesOf(call, entity, changes, query, appeared);
  const names = new Set(selected(entity.kind, query.select));
  const changed = new Set(changes.flatMap((change) => change.properties ?? []));
  const relevant = [...changed].filter((name) => names.has(name));
  if (!appeared && relevant.length === 0 && Object.keys(edges).length === 0) return undefined;
  if (appeared || !prefers(call, "return=minimal")) {
    // A property that was cleared is reported as null, one that was never set is left out.
    const cleared = render(entity, entity.values, relevant, false);
    return { ...whole(entity, query), ...cleared, ...edges };
  }
  return { id, ...render(entity, entity.values, relevant, false), ...edges };
}

/**
 * The edges that were added and removed, each once, as it is now. An object that appeared or was
 * restored is reported with all its edges: the caller dropped it when it was deleted.
 */
function edgesOf(
  call: Call,
  entity: Entity,
  changes: readonly Change[],
  query: DeltaQuery,
  appeared: boolean,
): DeltaEntry {
  const told: Record<string, unknown> = {};
  for (const name of query.relations) {
    const last = new Map<string, Change["what"]>();
    for (const change of changes) {
      if (change.relation === name && change.target !== undefined)
        last.set(change.target, change.what);
    }
    if (appeared) {
      const all = call.tenant.directory.relations[name as RelationName].targets(entity.id);
      for (const [target] of all) last.set(target, "linked");
    }
    if (last.size === 0) continue;
    told[`${name}@delta`] = [...last].map(([target, what]) =>
      what === "linked"
        ? edge(call, target)
        : { ...edge(call, target), "@removed": { reason: "deleted" } },
    );
  }
  return told;
}
