import { ok, type Answer } from "../http/answer.ts";
import { GraphError, unsupportedQuery } from "../http/graph-error.ts";
import { SETS } from "../model/models.ts";
import {
  entriesFor,
  firstEntries,
  type DeltaEntry,
  type DeltaPage,
} from "../odata/delta-entries.ts";
import { deltaQuery, type DeltaQuery } from "../odata/delta-query.ts";
import { linkWith } from "../odata/list.ts";
import { openMark, sealMark } from "../odata/page-token.ts";
import { contextOf } from "../odata/render.ts";
import {
  READ_APPLICATIONS,
  READ_CONTACTS,
  READ_DEVICES,
  READ_GROUPS,
  READ_ROLES,
  READ_UNITS,
  READ_USERS,
  type Needs,
} from "../rules/permission.ts";
import type { Kind } from "../store/entity.ts";
import type { Call } from "./call.ts";
import type { Route } from "./route.ts";
import { purgeExpired } from "./soft-delete.ts";

/** Entries in a page. Not published; our choice. */
const PAGE = 200;

const DAY_MS = 86_400_000;

/** The content of a delta query's delta or skip token. */
interface DeltaMark<Query> {
  readonly query: Query;
  /** The caller knows changes up to this number. */
  readonly since: number;
  /** While paging: the last number of this round. */
  readonly until?: number;
  /** While paging the first round: the whole collection. */
  readonly first?: boolean;
}

const link = (
  call: Call,
  name: "$skiptoken" | "$deltatoken",
  cursor: number,
  mark: DeltaMark<unknown>,
): string => {
  const token = sealMark({
    cursor,
    issuedMs: call.tenant.nowMs(),
    more: mark as unknown as Readonly<Record<string, unknown>>,
  });
  // The token carries the options of the first call, so a link does not repeat them.
  const bare: Call = { ...call, target: call.target.split("?")[0] ?? "" };
  return linkWith(bare, name, token);
};

/** The sync state expired: start again (delta-query-overview; seen as 400 with this message, documented as 410). */
function gone(call: Call): GraphError {
  const location = linkWith(
    { ...call, target: call.target.split("?")[0] ?? "" },
    "$deltatoken",
    "",
  );
  return new GraphError(
    410,
    "syncStateNotFound",
    "The sync state generation is not found; a full synchronization is required.",
    {
      headers: { Location: location },
    },
  );
}

const tooOld = (): GraphError => unsupportedQuery("DeltaLink older than 30 days is not supported.");

function opened<Query>(
  call: Call,
  token: string,
): { readonly cursor: number; readonly mark: DeltaMark<Query> } {
  const mark = openMark(token);
  if (!mark?.more || !("since" in mark.more)) throw tooOld();
  const age = (call.tenant.nowMs() - mark.issuedMs) / DAY_MS;
  if (age > 30) throw tooOld();
  if (age > call.tenant.conditions.deltaTokenDays) throw gone(call);
  return { cursor: Number(mark.cursor), mark: mark.more as unknown as DeltaMark<Query> };
}

/** Repeats some entries in any order: callers must merge (delta-query-overview, replays). */
function withReplays(call: Call, entries: readonly DeltaEntry[]): readonly DeltaEntry[] {
  const { conditions, random } = call.tenant;
  if (conditions.deltaReplays <= 0) return entries;
  return entries.flatMap((entry) =>
    random.next() < conditions.deltaReplays ? [entry, entry] : [entry],
  );
}

/** What a delta query is about: one kind of object, or several. */
interface Tracked<Query> {
  /** As `@odata.context` names it. */
  readonly set: string;
  readonly asked: (call: Call) => Query;
  readonly selected: (query: Query) => readonly string[] | undefined;
  readonly first: (call: Call, query: Query, cursor: number, size: number) => DeltaPage;
  readonly changes: (
    call: Call,
    round: { query: Query; since: number; until: number; cursor: number },
    size: number,
  ) => DeltaPage;
}

/** One page of a delta query, from its first call to its delta links. @throws GraphError */
export function deltaAnswer<Query>(call: Call, tracked: Tracked<Query>): Answer {
  const { query, tenant, root } = call;
  const { changes } = tenant.directory;
  purgeExpired(tenant);
  // A link with a token has no $select in its URL, and its context shows none (delta-query-users, samples).
  const context = (asked?: Query): string =>
    contextOf(root, tracked.set, asked && tracked.selected(asked), false);
  if (query.deltaToken?.toLowerCase() === "latest") {
    const asked = tracked.asked(call);
    return ok({
      "@odata.context": context(asked),
      "@odata.deltaLink": link(call, "$deltatoken", 0, { query: asked, since: changes.sequence }),
      value: [],
    });
  }
  const token = query.skipToken ?? query.deltaToken;
  const started: DeltaMark<Query> & { readonly cursor: number } =
    token === undefined || token === ""
      ? { query: tracked.asked(call), since: changes.sequence, first: true, cursor: 0 }
      : (() => {
          const { cursor, mark } = opened<Query>(call, token);
          return { ...mark, cursor };
        })();
  const until = started.until ?? changes.sequence;
  const page = started.first
    ? tracked.first(call, started.query, started.cursor, PAGE)
    : tracked.changes(call, { ...started, until }, PAGE);
  const next =
    page.next === undefined
      ? {
          "@odata.deltaLink": link(call, "$deltatoken", 0, {
            query: started.query,
            // Changes made during the first round are reported again in the next: twice is better than never.
            since: started.first ? started.since : until,
          }),
        }
      : {
          "@odata.nextLink": link(call, "$skiptoken", page.next, {
            query: started.query,
            since: started.since,
            until,
            ...(started.first && { first: true }),
          }),
        };
  return ok({
    "@odata.context": context(token === undefined ? started.query : undefined),
    ...next,
    value: withReplays(call, page.entries),
  });
}

const trackedKind = (kind: Kind): Tracked<DeltaQuery> => ({
  set: SETS[kind],
  asked: (call) => deltaQuery(call, kind),
  selected: ({ select }) => select,
  first: (call, query, cursor, size) => firstEntries(call, kind, query, cursor, size),
  changes: (call, round, size) => entriesFor(call, kind, round, size),
});

const DELTAS: readonly { readonly path: string; readonly kind: Kind; readonly needs: Needs }[] = [
  { path: "/users", kind: "user", needs: READ_USERS },
  { path: "/groups", kind: "group", needs: READ_GROUPS },
  { path: "/applications", kind: "application", needs: READ_APPLICATIONS },
  { path: "/servicePrincipals", kind: "servicePrincipal", needs: READ_APPLICATIONS },
  { path: "/directory/administrativeUnits", kind: "administrativeUnit", needs: READ_UNITS },
  { path: "/devices", kind: "device", needs: READ_DEVICES },
  { path: "/contacts", kind: "orgContact", needs: READ_CONTACTS },
  { path: "/directoryRoles", kind: "directoryRole", needs: READ_ROLES },
];

export const deltaRoutes: readonly Route[] = DELTAS.map(({ path, kind, needs }) => ({
  method: "GET",
  path: `${path}/delta`,
  needs,
  handle: (call) => deltaAnswer(call, trackedKind(kind)),
}));
