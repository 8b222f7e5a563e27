import { GraphError, unsupportedQuery } from "../http/graph-error.ts";

/** One relationship that `$expand` requests. */
export interface Wish {
  readonly name: string;
  readonly select: readonly string[] | undefined;
  /** How many steps of the same relationship (`$levels`), 1 by default; `max` is unlimited. */
  readonly levels: number;
}

/** The refusal of an unknown name in `$expand`. */
export const malformedExpand = (name: string, type: string): GraphError =>
  new GraphError(
    400,
    "BadRequest",
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  );

const partsOf = (text: string): readonly string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** The expansion as `@odata.context` shows it (OData JSON, context URL): `manager(id),members()`. */
export const expandedInContext = (text: string): readonly string[] =>
  partsOf(text).map((part) => {
    const select = /\$select=([^;)]*)/.exec(part)?.[1] ?? "";
    return `${/^\w+/.exec(part)?.[0] ?? ""}(${select})`;
  });

/**
 * Reads `manager($levels=max;$select=id,displayName),members`.
 * @throws GraphError 400 for nested options other than `$select` and `$levels`
 */
export function wishesOf(text: string, type: string): readonly Wish[] {
  return partsOf(text).map((part) => {
    const match = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(part);
    if (!match) throw malformedExpand(part, type);
    const [, name = "", options = ""] = match;
    let select: readonly string[] | undefined;
    let levels = 1;
    for (const option of options.split(";").filter((one) => one !== "")) {
      const [key = "", value = ""] = option.trim().split("=");
      if (key === "$select") select = value.split(",").map((one) => one.trim());
      else if (key === "$levels") {
        levels = value === "max" ? Number.POSITIVE_INFINITY : Number(value);
        if (!(levels >= 1)) throw unsupportedQuery(`Invalid value '${value}' for $levels.`);
      } else {
        throw unsupportedQuery(`The query option '${key}' is not supported inside $expand.`);
      }
    }
    return { name, select, levels };
  });
}
