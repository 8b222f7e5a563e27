import { badRequest, GraphError } from "../http/graph-error.ts";

/** The decoded query options of a request; absent if not given. */
export interface Query {
  readonly select: readonly string[] | undefined;
  readonly filter: string | undefined;
  readonly orderBy: string | undefined;
  readonly expand: string | undefined;
  readonly search: string | undefined;
  readonly top: number | undefined;
  readonly count: boolean;
  readonly skip: string | undefined;
  readonly skipToken: string | undefined;
  readonly deltaToken: string | undefined;
  readonly format: string | undefined;
}

/** A target split into path and query string. */
export function splitTarget(target: string): { readonly path: string; readonly search: string } {
  const mark = target.indexOf("?");
  return mark < 0
    ? { path: target, search: "" }
    : { path: target.slice(0, mark), search: target.slice(mark + 1) };
}

const KNOWN = new Set([
  "$select",
  "$filter",
  "$orderby",
  "$expand",
  "$search",
  "$top",
  "$count",
  "$skip",
  "$skiptoken",
  "$deltatoken",
  "$format",
  // Names the object of a reference that is taken away (OData 4, DELETE of a $ref); its handler reads it.
  "$id",
]);

/** Decodes one part of a query string as a form would: a plus sign is a space. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new GraphError(400, "BadRequest", "Malformed encoding in the request URI.");
  }
};

/** The options as given, by lower-case name. `#` and `&` inside a value must be encoded. */
function optionsOf(search: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const pair of search.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    // Spaces around the equals sign do not count (rbacapplication-list-roleassignments, example 2).
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
      .trim()
      .toLowerCase();
    const known = KNOWN.has(name) ? name : KNOWN.has(`$${name}`) ? `$${name}` : undefined;
    if (!known) {
      if (name.startsWith("$")) {
        throw badRequest(`The query parameter '${name}' is not supported.`);
      }
      continue;
    }
    if (options.has(known)) {
      throw badRequest(
        `Query option '${known}' was specified more than once, but it must be specified at most once.`,
      );
    }
    options.set(known, decode(equals < 0 ? "" : pair.slice(equals + 1)));
  }
  return options;
}

const topOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) {
    throw badRequest(`Invalid value '${text}' for $top query option found. It must be a number.`);
  }
  return Number(text);
};

const NONE: Query = {
  select: undefined,
  filter: undefined,
  orderBy: undefined,
  expand: undefined,
  search: undefined,
  top: undefined,
  count: false,
  skip: undefined,
  skipToken: undefined,
  deltaToken: undefined,
  format: undefined,
};

/** @throws GraphError 400 for an unknown `$option`, one given twice, or a `$top` that is not a number. */
export function queryOf(search: string): Query {
  if (search === "") return NONE;
  const options = optionsOf(search);
  return {
    select: options
      .get("$select")
      ?.split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    filter: options.get("$filter"),
    orderBy: options.get("$orderby"),
    expand: options.get("$expand"),
    search: options.get("$search"),
    top: topOf(options.get("$top")),
    count: options.get("$count")?.toLowerCase() === "true",
    skip: options.get("$skip"),
    skipToken: options.get("$skiptoken"),
    deltaToken: options.get("$deltatoken"),
    format: options.get("$format"),
  };
}
