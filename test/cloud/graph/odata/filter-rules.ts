import { unsupportedQuery } from "../http/graph-error.ts";
import type { Model, Property, PropertyType } from "../model/property.ts";
import type { Expression, Literal, PropertyPath } from "./filter-expression.ts";
import { invalidFilter } from "./filter-lexer.ts";
import { isRelationCount } from "./relation-counts.ts";

/** Whether both advanced query parameters were sent: `ConsistencyLevel: eventual` and `$count=true`. */
export type Advanced = boolean;

const EDM: Readonly<Record<string, string>> = {
  string: "Edm.String",
  boolean: "Edm.Boolean",
  integer: "Edm.Int32",
  number: "Edm.Int32",
  date: "Edm.DateTimeOffset",
  guid: "Edm.Guid",
};

const OPERATOR_KIND: Readonly<Record<string, string>> = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
};

const missingParameters = (operator: string) =>
  unsupportedQuery(
    `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information`,
  );

/** Without advanced queries Graph joins at most so many alternatives (microsoft-graph-docs#21098). */
const MOST_ALTERNATIVES = 15;

/** How many alternatives are joined: clauses by `or`, and the values of `in`. */
const alternativesOf = (part: Expression): number => {
  if (part.kind === "or") return alternativesOf(part.left) + alternativesOf(part.right);
  return part.kind === "in" ? part.values.length : 1;
};

const demandFew = (part: Expression, advanced: Advanced): void => {
  const count = alternativesOf(part);
  if (advanced || count <= MOST_ALTERNATIVES) return;
  throw unsupportedQuery(
    `Too many child clauses specified in search filter expression containing 'OR' operators: ${count}. Max allowed: ${MOST_ALTERNATIVES}.`,
  );
};

/** The longest value that `eq` compares with by default (known-issues, limitations of query parameters). */
const LONGEST_VALUE = 120;

const typeOf = (property: Property, rest: PropertyPath): PropertyType => {
  const [part] = rest;
  if (part === undefined) return property.type;
  const type = property.parts?.[part];
  if (!type) throw invalidFilter(`Could not find a property named '${part}'.`);
  return type;
};

const demandType = (type: PropertyType, value: Literal, operator: string): void => {
  if (value.type === "null") return;
  if (type === "integer" && value.type === "number") return;
  if (type === value.type) return;
  throw invalidFilter(
    `A binary operator with incompatible types was detected. Found operand types '${EDM[type] ?? "Collection"}' and '${EDM[value.type] ?? ""}' for operator kind '${OPERATOR_KIND[operator] ?? operator}'.`,
  );
};

/**
 * Checks a filter against what Graph supports for the resource: unknown properties and wrong types
 * are syntax errors, an operator that the property is not indexed for is refused, and one for
 * advanced queries only needs both parameters (MS advanced-queries.md), as do more than 15 alternatives.
 * @throws GraphError 400
 */
export function checkFilter(
  expression: Expression,
  model: Model,
  resource: string,
  advanced: Advanced,
): void {
  const refuse = (name: string) =>
    unsupportedQuery(
      `Unsupported or invalid query filter clause specified for property '${name}' of resource '${resource}'.`,
    );

  const propertyOf = (path: PropertyPath): Property => {
    const [name = ""] = path;
    const property = Object.hasOwn(model, name) ? model[name] : undefined;
    if (!property) {
      throw invalidFilter(
        `Could not find a property named '${name}' on type 'microsoft.graph.${resource.charAt(0).toLowerCase()}${resource.slice(1)}'.`,
      );
    }
    return property;
  };

  /** The operator's support on the property; `in` is like `eq`, `gt`/`lt` are like `ge`/`le`. */
  const demand = (property: Property, path: PropertyPath, operator: string): void => {
    const asked =
      { in: "eq", gt: "ge", lt: "le", ne: "eq", contains: "contains" }[operator] ?? operator;
    const plain = property.filter.includes(asked) && operator !== "ne";
    const withParameters = property.filter.includes(asked) || property.advanced.includes(asked);
    if (plain) return;
    if (!withParameters) throw refuse(path.join("/"));
    if (!advanced) throw missingParameters(operator);
  };

  const inLambda = (body: Expression, variable: string, property: Property, name: string): void => {
    const inner = (path: PropertyPath): PropertyType => {
      if (path[0] !== variable)
        throw invalidFilter(`Could not find a property named '${path[0] ?? ""}'.`);
      if (path.length > 1) return typeOf(property, path.slice(1));
      return property.type === "guids"
        ? "guid"
        : property.type === "strings"
          ? "string"
          : "complex";
    };
    const visit = (part: Expression): void => {
      if (part.kind === "and" || part.kind === "or") {
        visit(part.left);
        visit(part.right);
      } else if (part.kind === "not") {
        if (!advanced) throw missingParameters("not");
        visit(part.of);
      } else if (part.kind === "compare") {
        demand(property, [name], part.operator);
        demandType(inner(part.path), part.value, part.operator);
      } else if (part.kind === "in") {
        demand(property, [name], "in");
        for (const value of part.values) demandType(inner(part.path), value, "eq");
      } else if (part.kind === "call") {
        demand(property, [name], part.name);
        demandType(inner(part.path), { type: "string", value: part.value }, part.name);
      } else throw refuse(name);
    };
    visit(body);
  };

  const visit = (part: Expression): void => {
    switch (part.kind) {
      case "and":
      case "or":
        demandFew(part, advanced);
        visit(part.left);
        visit(part.right);
        return;
      case "not":
        if (!advanced) throw missingParameters("not");
        visit(part.of);
        return;
      case "compare": {
        if (isRelationCount(part.path)) {
          if (!advanced) throw missingParameters("$count");
          demandType("integer", part.value, part.operator);
          return;
        }
        const property = propertyOf(part.path);
        if (part.path[1] === "$count") {
          if (!property.advanced.includes("count")) throw refuse(part.path[0] ?? "");
          if (!advanced) throw missingParameters("$count");
          demandType("integer", part.value, part.operator);
          return;
        }
        const type = typeOf(property, part.path.slice(1));
        demandType(type, part.value, part.operator);
        if (part.value.type === "null" && type === "string" && part.path.length === 1) {
          if (!property.advanced.includes("null")) throw refuse(part.path[0] ?? "");
          if (!advanced) throw missingParameters(part.operator);
          return;
        }
        demand(property, part.path, part.operator);
        const isLong = part.value.type === "string" && part.value.value.length > LONGEST_VALUE;
        if (isLong && part.operator === "eq" && !advanced) throw refuse(part.path.join("/"));
        return;
      }
      case "in": {
        demandFew(part, advanced);
        const property = propertyOf(part.path);
        demand(property, part.path, "in");
        for (const value of part.values)
          demandType(typeOf(property, part.path.slice(1)), value, "eq");
        return;
      }
      case "call": {
        const property = propertyOf(part.path);
        demandType(typeOf(property, part.path.slice(1)), { type: "string", value: "" }, part.name);
        demand(property, part.path, part.name);
        return;
      }
      case "lambda": {
        const property = propertyOf(part.path);
        const name = part.path[0] ?? "";
        if (part.quantifier === "all" && !advanced) throw missingParameters("all");
        if (!part.body || part.variable === undefined) {
          if (property.filter.length === 0) throw refuse(name);
          return;
        }
        inLambda(part.body, part.variable, property, name);
        return;
      }
    }
  };
  visit(expression);
}
