import { ok, type Answer } from "../http/answer.ts";
import { badRequest, unsupportedQuery } from "../http/graph-error.ts";
import { MODELS } from "../model/models.ts";
import type { Model } from "../model/property.ts";
import { isAdvanced, isEventual, type Call } from "../resources/call.ts";
import { shownInRelationship } from "../rules/limited-information.ts";
import { resourceNameOf, type Entity, type Kind } from "../store/entity.ts";
import { expander } from "./expand.ts";
import type { Expression } from "./filter-expression.ts";
import { equalityOf, matcher, type Match } from "./filter-match.ts";
import { parseFilter } from "./filter-parser.ts";
import { checkFilter } from "./filter-rules.ts";
import { inModelCase } from "./model-case.ts";
import { orderOf } from "./order.ts";
import { sealMark } from "./page-token.ts";
import { countOf, markOf, orderedPage, pageSize, plainPage } from "./page.ts";
import { splitTarget } from "./query.ts";
import { withCounts } from "./relation-counts.ts";
import { contextOf, render, selected } from "./render.ts";
import { searchMatcher } from "./search.ts";
import { entitiesSource, type Source } from "./source.ts";

/** A collection that a route serves. */
export interface Collection {
  /** The type of its entries; `directoryObject` if they are mixed. */
  readonly type: Kind | "directoryObject";
  /** As `@odata.context` names it. */
  readonly set: string;
  /** Whether entries carry `@odata.type`. */
  readonly typed: boolean;
  readonly source: Source;
  readonly defaultSize?: number;
  readonly maxSize?: number;
  /** Objects an index finds for a text property; absent if there is no index. */
  readonly lookUp?: (property: string, value: string) => readonly Entity[] | undefined;
  /**
   * `$filter` and `$orderby` are served for advanced queries only, and objects that the caller may not
   * read are shown in part.
   */
  readonly isRelationship?: boolean;
}

const MIXED: Model = Object.assign({}, MODELS.group, MODELS.user);

const modelOf = (type: Collection["type"]): Model =>
  type === "directoryObject" ? MIXED : MODELS[type];

/** The properties to show for an entry: in a mixed collection, those its type has. */
export function namesFor(
  type: Collection["type"],
  select: readonly string[] | undefined,
): (entity: Entity) => readonly string[] {
  if (type !== "directoryObject") {
    const names = selected(type, select);
    return () => names;
  }
  const unknown = select?.find(
    (name) => name !== "*" && !Object.values(MODELS).some((model) => Object.hasOwn(model, name)),
  );
  if (unknown !== undefined) selected("user", [unknown]);
  const perKind = new Map<Kind, readonly string[]>();
  return ({ kind }) => {
    let names = perKind.get(kind);
    if (!names) {
      const model = MODELS[kind];
      names = selected(
        kind,
        select?.filter((name) => name === "*" || Object.hasOwn(model, name)),
      );
      perKind.set(kind, names);
    }
    return names;
  };
}

/** The parsed and checked filter; `undefined` if there is none. */
function filterOf(call: Call, collection: Collection): Expression | undefined {
  if (call.query.filter === undefined) return undefined;
  const expression = inModelCase(parseFilter(call.query.filter), modelOf(collection.type));
  const resource =
    collection.type === "directoryObject" ? "DirectoryObject" : resourceNameOf(collection.type);
  if (collection.isRelationship && !isAdvanced(call)) {
    throw unsupportedQuery(
      "The specified filter to the reference property query is currently not supported.",
    );
  }
  checkFilter(expression, modelOf(collection.type), resource, isAdvanced(call));
  return expression;
}

function matchOf(call: Call, collection: Collection, expression: Expression | undefined): Match {
  const filter = expression ? withCounts(call, expression, matcher(expression)) : undefined;
  const search =
    call.query.search === undefined ? undefined : searchMatcher(call, modelOf(collection.type));
  return (id, values) => (filter?.(id, values) ?? true) && (search?.(id, values) ?? true);
}

/** Uses an index instead of the whole collection if the filter allows it. */
function narrowed(call: Call, collection: Collection, expression: Expression | undefined): Source {
  const equality = expression && equalityOf(expression);
  if (!equality || !collection.lookUp) return collection.source;
  const { property, values } = equality;
  const found: Entity[] = [];
  for (const value of new Set(values.map((one) => one.toLowerCase()))) {
    const some = collection.lookUp(property, value);
    if (!some) return collection.source;
    found.push(...some);
  }
  return entitiesSource(call.tenant.directory, found);
}

/** The request's own URL with another token: absolute and opaque, as Graph gives it. */
export function linkWith(call: Call, name: "$skiptoken" | "$deltatoken", token: string): string {
  const { path, search } = splitTarget(call.target);
  const kept = search
    .split("&")
    .filter((pair) => pair !== "" && !/^(?:\$|%24)(?:skiptoken|deltatoken)=/i.test(pair))
    .map((pair) => pair.replaceAll(" ", "%20"));
  return `${call.root}${path.replaceAll(" ", "%20")}?${[...kept, `${name}=${token}`].join("&")}`;
}

/** One page of a collection with all query options applied. @throws GraphError if Graph refuses one. */
export function listAnswer(call: Call, collection: Collection): Answer {
  const { query, root, tenant } = call;
  if (query.skip !== undefined) throw badRequest("'$skip' is not supported by the service.");
  const expression = filterOf(call, collection);
  const order =
    query.orderBy === undefined
      ? undefined
      : orderOf(query.orderBy, modelOf(collection.type), collection.type, {
          advanced: isAdvanced(call),
          filtered: expression !== undefined || collection.isRelationship === true,
        });
  const match = matchOf(call, collection, expression);
  const names = namesFor(collection.type, query.select);
  const expand = expander(call, collection.type);
  const size = pageSize(call, collection);
  const mark = markOf(call);
  const source = narrowed(call, collection, expression);
  const empty =
    mark?.more?.["empty"] !== true && tenant.random.next() < tenant.conditions.emptyPages;
  const cursor = mark?.cursor ?? 0;
  const page = empty
    ? { rows: [], next: cursor }
    : order
      ? orderedPage(source, match, order, typeof cursor === "string" ? cursor : undefined, size)
      : plainPage(source, match, Number(cursor), size);
  return ok({
    "@odata.context": contextOf(root, collection.set, query.select, false, query.expand),
    ...(isAdvanced(call) && !mark && { "@odata.count": countOf(source, match) }),
    ...(page.next !== undefined && {
      "@odata.nextLink": linkWith(
        call,
        "$skiptoken",
        sealMark({
          cursor: page.next,
          issuedMs: tenant.nowMs(),
          ...(empty && { more: { empty: true } }),
        }),
      ),
    }),
    value: page.rows.map(({ entity, values }) => {
      const shown = collection.isRelationship ? shownInRelationship(call, entity, values) : values;
      return expand(entity, render(entity, shown, names(entity), collection.typed));
    }),
  });
}

/** `/$count`: the number as text. @throws GraphError 400 without `ConsistencyLevel: eventual`. */
export function countAnswer(call: Call, collection: Collection): Answer {
  if (!isEventual(call)) throw badRequest("$count is not currently supported.");
  const advanced: Call = { ...call, query: { ...call.query, count: true } };
  const expression = filterOf(advanced, collection);
  const source = narrowed(advanced, collection, expression);
  return {
    status: 200,
    text: {
      type: "text/plain",
      content: String(countOf(source, matchOf(advanced, collection, expression))),
    },
  };
}
