import {
  badRequest,
  denied,
  GraphError,
  notEmulated,
  unsupportedQuery,
} from "../http/graph-error.ts";
import { MODELS } from "../model/models.ts";
import {
  entriesFor,
  firstEntries,
  type DeltaEntry,
  type DeltaPage,
} from "../odata/delta-entries.ts";
import { MOST_IDS, queryFor, refuseDeltaOptions, type DeltaQuery } from "../odata/delta-query.ts";
import { demand } from "../rules/permission.ts";
import { READ_BY_KIND } from "../rules/read-by-kind.ts";
import { odataTypeOf, type Kind } from "../store/entity.ts";
import type { Call } from "./call.ts";
import { deltaAnswer } from "./delta.ts";
import type { Route } from "./route.ts";

const KINDS = Object.keys(READ_BY_KIND) as readonly Kind[];

/** The kinds that are tracked, each with what of it. */
type Queries = readonly { readonly kind: Kind; readonly query: DeltaQuery }[];

const clauses = (filter: string): readonly string[] =>
  filter.split(/\s+or\s+/iu).map((clause) => clause.trim());

function kindIn(clause: string): Kind | undefined {
  const name = /^isof\('microsoft\.graph\.(\w+)'\)$/iu.exec(clause)?.[1];
  if (name === undefined) return undefined;
  if (name.toLowerCase() === "approleassignment")
    throw notEmulated("changes of app role assignments");
  const kind = KINDS.find((one) => one.toLowerCase() === name.toLowerCase());
  if (kind === undefined) throw unsupportedQuery(`The type '${name}' is not supported here.`);
  return kind;
}

const idIn = (clause: string): string | undefined =>
  /^id\s+eq\s+'([0-9a-f-]{36})'$/iu.exec(clause)?.[1]?.toLowerCase();

/** A `$select` names properties of one kind (`microsoft.graph.user/surname`) or of all that have them. */
function selectFor(kind: Kind, select: readonly string[] | undefined): string[] | undefined {
  if (!select) return undefined;
  return select.flatMap((name) => {
    const slash = name.indexOf("/");
    if (slash < 0) return Object.hasOwn(MODELS[kind], name) || name === "members" ? [name] : [];
    return name.slice(0, slash).toLowerCase() === `microsoft.graph.${kind.toLowerCase()}`
      ? [name.slice(slash + 1)]
      : [];
  });
}

/** @throws GraphError 400 for another filter than on type and id, 403 for a kind that may not be read */
function queriesOf(call: Call): Queries {
  refuseDeltaOptions(call);
  const { filter, select } = call.query;
  const parts = filter === undefined ? [] : clauses(filter);
  const kinds = parts.flatMap((clause) => kindIn(clause) ?? []);
  const ids = parts.flatMap((clause) => idIn(clause) ?? []);
  if (kinds.length + ids.length < parts.length)
    throw unsupportedQuery(
      "Unsupported or invalid query filter clause specified for a delta query.",
    );
  if (ids.length > MOST_IDS) throw badRequest(`The filter names more than ${MOST_IDS} objects.`);
  const tracked = kinds.length > 0 ? [...new Set(kinds)] : KINDS;
  const queries = tracked.map((kind) => ({
    kind,
    query: queryFor(kind, selectFor(kind, select), ids.length > 0 ? ids : undefined),
  }));
  // Without a type in the filter, the objects that may be read are tracked.
  const readable = queries.filter(({ kind }) => mayRead(call, kind));
  if (readable.length === 0) throw denied();
  const [refused] = kinds.length > 0 ? queries.filter((one) => !readable.includes(one)) : [];
  if (refused) demand(call.caller, READ_BY_KIND[refused.kind]);
  return readable;
}

function mayRead(call: Call, kind: Kind): boolean {
  try {
    demand(call.caller, READ_BY_KIND[kind]);
    return true;
  } catch (error) {
    if (error instanceof GraphError) return false;
    throw error;
  }
}

/** All entries of every kind with their type, and the page of them that begins at the cursor. */
function paged(
  queries: Queries,
  cursor: number,
  size: number,
  entriesOf: (kind: Kind, query: DeltaQuery) => readonly DeltaEntry[],
): DeltaPage {
  const all = queries.flatMap(({ kind, query }) =>
    entriesOf(kind, query).map((entry) => ({ "@odata.type": odataTypeOf(kind), ...entry })),
  );
  const next = cursor + size;
  return { entries: all.slice(cursor, next), next: next < all.length ? next : undefined };
}

export const directoryObjectDeltaRoute: Route = {
  method: "GET",
  path: "/directoryObjects/delta",
  needs: "per-call",
  handle: (call) =>
    deltaAnswer<Queries>(call, {
      set: "directoryObjects",
      asked: queriesOf,
      selected: () => call.query.select,
      first: (_call, queries, cursor, size) =>
        paged(
          queries,
          cursor,
          size,
          (kind, query) => firstEntries(call, kind, query, 0, Number.POSITIVE_INFINITY).entries,
        ),
      changes: (_call, round, size) =>
        paged(
          round.query,
          round.cursor,
          size,
          (kind, query) =>
            entriesFor(call, kind, { ...round, query, cursor: 0 }, Number.POSITIVE_INFINITY)
              .entries,
        ),
    }),
};
