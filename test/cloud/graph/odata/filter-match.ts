import type { Values } from "../store/entity.ts";
import type { Comparison, Expression, Literal, PropertyPath } from "./filter-expression.ts";

/** Whether an object matches, given its id and its values as the reader sees them. */
export type Match = (id: string, values: Values) => boolean;

const fold = (value: unknown): string =>
  typeof value === "string" ? value.toLowerCase() : String(value);

const order = (left: unknown, right: Literal): number | undefined => {
  if (right.type === "null") return left === null || left === undefined ? 0 : undefined;
  if (left === null || left === undefined) return undefined;
  if (right.type === "date") {
    const time = typeof left === "string" ? Date.parse(left) : Number.NaN;
    return Number.isNaN(time) ? undefined : time - right.value;
  }
  if (right.type === "number") return Number(left) - right.value;
  if (right.type === "boolean") return Number(left) - Number(right.value);
  const [a, b] = [fold(left), right.value.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
};

const compares = (operator: Comparison, left: unknown, right: Literal): boolean => {
  const found = order(left, right);
  if (operator === "ne") return found !== 0;
  if (found === undefined) return false;
  return {
    eq: found === 0,
    gt: found > 0,
    ge: found >= 0,
    lt: found < 0,
    le: found <= 0,
  }[operator];
};

const step = (value: unknown, name: string): unknown => {
  if (name === "$count") return Array.isArray(value) ? value.length : 0;
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Values)[name];
};

type Scope = (path: PropertyPath) => unknown;

function test(expression: Expression, scope: Scope): boolean {
  switch (expression.kind) {
    case "and":
      return test(expression.left, scope) && test(expression.right, scope);
    case "or":
      return test(expression.left, scope) || test(expression.right, scope);
    case "not":
      return !test(expression.of, scope);
    case "compare":
      return compares(expression.operator, scope(expression.path), expression.value);
    case "in": {
      const value = scope(expression.path);
      return expression.values.some((wanted) => compares("eq", value, wanted));
    }
    case "call": {
      const value = scope(expression.path);
      if (typeof value !== "string") return false;
      const [text, wanted] = [value.toLowerCase(), expression.value.toLowerCase()];
      if (expression.name === "startsWith") return text.startsWith(wanted);
      return expression.name === "endsWith" ? text.endsWith(wanted) : text.includes(wanted);
    }
    case "lambda":
    default: {
      const held = scope(expression.path);
      const entries: readonly unknown[] = Array.isArray(held) ? held : [];
      const { body } = expression;
      if (!body) return entries.length > 0;
      const passes = (entry: unknown): boolean =>
        test(body, (path) => path.slice(1).reduce(step, entry));
      return expression.quantifier === "any" ? entries.some(passes) : entries.every(passes);
    }
  }
}

/** The filter as a predicate. Text is compared ignoring case, as in the directory. */
export function matcher(expression: Expression): Match {
  return (id, values) =>
    test(expression, ([name = "", ...rest]) =>
      rest.reduce(step, name === "id" ? id : values[name]),
    );
}

/**
 * The equality that every match must fulfill (`a eq x`, `a in (…)`, alone, and-ed or or-ed), if there
 * is one: an index then finds the candidates, to which the whole filter is still applied.
 */
export function equalityOf(
  expression: Expression,
): { readonly property: string; readonly values: readonly string[] } | undefined {
  if (expression.kind === "and") {
    return equalityOf(expression.left) ?? equalityOf(expression.right);
  }
  if (expression.kind === "compare" && expression.operator === "eq") {
    const { path, value } = expression;
    const [property] = path;
    if (property && path.length === 1 && value.type === "string") {
      return { property, values: [value.value] };
    }
  }
  if (expression.kind === "in") {
    const [property] = expression.path;
    const values = expression.values.flatMap((value) =>
      value.type === "string" ? [value.value] : [],
    );
    if (property && expression.path.length === 1 && values.length === expression.values.length) {
      return { property, values };
    }
  }
  if (expression.kind === "or") {
    const left = equalityOf(expression.left);
    const right = equalityOf(expression.right);
    if (left && right && left.property === right.property) {
      return { property: left.property, values: [...left.values, ...right.values] };
    }
  }
  return undefined;
}
