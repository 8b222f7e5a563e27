import { ok, type Answer } from "../http/answer.ts";
import { badRequest, GraphError, notFound, unsupportedQuery } from "../http/graph-error.ts";
import { auditEntries } from "../logs/audit-entries.ts";
import { shownSignIn } from "../logs/sign-in-log.ts";
import { directoryAuditModel, signInModel } from "../model/logs.ts";
import type { Model } from "../model/property.ts";
import type { Expression, PropertyPath } from "../odata/filter-expression.ts";
import { matcher } from "../odata/filter-match.ts";
import { parseFilter } from "../odata/filter-parser.ts";
import { checkFilter } from "../odata/filter-rules.ts";
import { linkWith } from "../odata/list.ts";
import { inModelCase } from "../odata/model-case.ts";
import { orderOf } from "../odata/order.ts";
import { sealMark } from "../odata/page-token.ts";
import { markOf } from "../odata/page.ts";
import { contextOf } from "../odata/render.ts";
import { demandLogs, demandPremium } from "../rules/log-permissions.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";
import type { Route } from "./route.ts";

/** signin-list: the maximum and default page size. */
const MOST_ENTRIES = 1000;
/** How long logs are kept without Entra ID P1 or P2 (reference-reports-data-retention). */
const FREE_DAYS = 7;

interface Log {
  readonly set: string;
  readonly type: string;
  readonly model: Model;
  readonly time: string;
  /** The entries with numbers that only grow, newest first. */
  readonly entries: (call: Call) => Iterable<{ readonly number: number; readonly values: Values }>;
}

/** Entries of one change share its number; this many fit. */
const ENTRIES_A_CHANGE = 8;

/** The oldest time that is shown. */
const sinceMs = ({ tenant }: Call): number => {
  const { premium, logDays } = tenant.conditions;
  return tenant.nowMs() - (premium ? logDays : Math.min(logDays, FREE_DAYS)) * 86_400_000;
};

const SIGN_INS: Log = {
  set: "auditLogs/signIns",
  type: "signIn",
  model: signInModel,
  time: "createdDateTime",
  *entries(call) {
    const since = sinceMs(call);
    for (const { number, entry } of call.tenant.signIns.entries.newest()) {
      if (entry.atMs >= since) yield { number, values: shownSignIn(entry) };
    }
  },
};

const AUDITS: Log = {
  set: "auditLogs/directoryAudits",
  type: "directoryAudit",
  model: directoryAuditModel,
  time: "activityDateTime",
  *entries(call) {
    const since = sinceMs(call);
    for (const { number, entry } of call.tenant.audits.entries.newest()) {
      if (entry.atMs < since) continue;
      const shown = auditEntries(call.tenant, entry, number);
      for (const [index, values] of [...shown.entries()].toReversed())
        yield { number: number * ENTRIES_A_CHANGE + index, values };
    }
  },
};

const short = (path: PropertyPath): PropertyPath =>
  path[0] === "initiatedBy" && path.length > 2 ? [path[0], path.slice(1).join("/")] : path;

/** `initiatedBy/user/id` as one step, as the model has it. */
function withShortPaths(expression: Expression): Expression {
  switch (expression.kind) {
    case "and":
    case "or":
      return {
        ...expression,
        left: withShortPaths(expression.left),
        right: withShortPaths(expression.right),
      };
    case "not":
      return { ...expression, of: withShortPaths(expression.of) };
    case "compare":
    case "in":
    case "call":
    case "lambda":
    default:
      return { ...expression, path: short(expression.path) };
  }
}

/** @throws GraphError 400 for what the log's pages do not list */
function matchOf(call: Call, { model, type }: Log): (values: Values) => boolean {
  const { filter } = call.query;
  if (filter === undefined) return () => true;
  const expression = inModelCase(parseFilter(filter), model);
  checkFilter(withShortPaths(expression), model, type, false);
  const match = matcher(expression);
  return (values) => match(String(values["id"]), values);
}

/** @throws GraphError 400 */
function sizeOf({ query: { top } }: Call): number {
  if (top === undefined) return MOST_ENTRIES;
  if (top < 1 || top > MOST_ENTRIES)
    throw unsupportedQuery(
      `Invalid page size specified: '${top}'. Must be between 1 and ${MOST_ENTRIES} inclusive.`,
    );
  return top;
}

/** @throws GraphError 400 for an unknown property */
function chosen({ model }: Log, select: readonly string[] | undefined, values: Values): Values {
  if (select === undefined) return values;
  const unknown = select.find((name) => !Object.hasOwn(model, name));
  if (unknown !== undefined)
    throw new GraphError(
      400,
      "BadRequest",
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}'.`,
    );
  return Object.fromEntries(select.map((name) => [name, values[name]]));
}

const UNSUPPORTED = ["expand", "search", "skip"] as const;

/** One page, newest first unless `$orderby` says otherwise. @throws GraphError 400 */
function list(call: Call, log: Log): Answer {
  const { query, tenant } = call;
  const unsupported = UNSUPPORTED.find((name) => query[name] !== undefined);
  if (unsupported !== undefined)
    throw badRequest(`The query parameter '$${unsupported}' is not supported.`);
  const match = matchOf(call, log);
  const order =
    query.orderBy === undefined
      ? undefined
      : orderOf(query.orderBy, log.model, log.type, { advanced: false, filtered: false });
  const isRising = order !== undefined && !order.descending;
  const size = sizeOf(call);
  const cursor = markOf(call)?.cursor;
  const isAfter = (number: number): boolean =>
    cursor === undefined || (isRising ? number > Number(cursor) : number < Number(cursor));
  const rows: { readonly number: number; readonly values: Values }[] = [];
  const all = isRising ? [...log.entries(call)].toReversed() : log.entries(call);
  let hasMore = false;
  for (const row of all) {
    if (!isAfter(row.number) || !match(row.values)) continue;
    hasMore = rows.length === size;
    if (hasMore) break;
    rows.push(row);
  }
  const last = rows.at(-1)?.number;
  return ok({
    "@odata.context": contextOf(call.root, log.set, query.select, false),
    ...(hasMore &&
      last !== undefined && {
        "@odata.nextLink": linkWith(
          call,
          "$skiptoken",
          sealMark({ cursor: last, issuedMs: tenant.nowMs() }),
        ),
      }),
    value: rows.map(({ values }) => chosen(log, query.select, values)),
  });
}

function get(call: Call, log: Log): Answer {
  const id = call.params["entry"] ?? "";
  for (const { values } of log.entries(call)) {
    if (values["id"] !== id) continue;
    return ok({
      "@odata.context": contextOf(call.root, log.set, call.query.select, true),
      ...chosen(log, call.query.select, values),
    });
  }
  throw notFound(id);
}

const demandSignIns = (call: Call): void => {
  demandLogs(call, "signInReports");
  demandPremium(call);
};

const routesOf = (log: Log, needs: (call: Call) => void): readonly Route[] => [
  {
    method: "GET",
    path: `/${log.set}`,
    needs,
    service: "reports",
    handle: (call) => list(call, log),
  },
  {
    method: "GET",
    path: `/${log.set}/:entry`,
    needs,
    service: "reports",
    handle: (call) => get(call, log),
  },
];

export const auditLogRoutes: readonly Route[] = [
  ...routesOf(SIGN_INS, demandSignIns),
  ...routesOf(AUDITS, (call) => demandLogs(call, "auditLogs")),
];
