import type { Model } from "../model/property.ts";
import type { Expression, PropertyPath } from "./filter-expression.ts";

/** The name as the model spells it: Graph ignores the case of property names. */
export const modelCase = (model: Model, name: string): string =>
  Object.hasOwn(model, name)
    ? name
    : (Object.keys(model).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name);

/** The filter with property names as the model spells them; names inside a lambda stay unchanged. */
export function inModelCase(expression: Expression, model: Model): Expression {
  const path = ([name = "", ...rest]: PropertyPath): PropertyPath => [
    modelCase(model, name),
    ...rest,
  ];
  switch (expression.kind) {
    case "and":
    case "or":
      return {
        ...expression,
        left: inModelCase(expression.left, model),
        right: inModelCase(expression.right, model),
      };
    case "not":
      return { ...expression, of: inModelCase(expression.of, model) };
    case "compare":
    case "in":
    case "call":
    case "lambda":
    default:
      return { ...expression, path: path(expression.path) };
  }
}
