import type { Comparison, Expression, Literal, PropertyPath } from "./filter-expression.ts";
import { invalidFilter, tokensOf, type Token } from "./filter-lexer.ts";

const COMPARISONS = new Set(["eq", "ne", "gt", "ge", "lt", "le"]);
const CALLS: Readonly<Record<string, "startsWith" | "endsWith" | "contains">> = {
  startswith: "startsWith",
  endswith: "endsWith",
  contains: "contains",
};

const textOf = (token: Token): string => (token.kind === "literal" ? "" : token.text);

/**
 * Parses a `$filter` (OData 4: `or` binds weaker than `and`, `not` strongest). Like Graph it ignores
 * the case of operators, functions, `null`, `true` and `false`.
 * @throws GraphError 400 with the position of the mistake.
 */
export function parseFilter(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;

  const peek = (): Token => tokens[at] ?? { kind: "end", text: "", at: text.length };
  const wrong = (): never => {
    throw invalidFilter(`Syntax error at position ${peek().at} in '${text}'.`);
  };
  const isWord = (word: string): boolean =>
    peek().kind === "word" && textOf(peek()).toLowerCase() === word;
  const takeMark = (mark: string): void => {
    if (peek().kind !== "mark" || textOf(peek()) !== mark) {
      if (mark !== ")") wrong();
      throw invalidFilter(`')' or operator expected at position ${peek().at} in '${text}'.`);
    }
    at += 1;
  };
  const isMark = (mark: string): boolean => peek().kind === "mark" && textOf(peek()) === mark;

  const literal = (): Literal => {
    const token = peek();
    at += 1;
    if (token.kind === "literal") return token.literal;
    const word = token.text.toLowerCase();
    if (word === "null") return { type: "null" };
    if (word === "true" || word === "false") return { type: "boolean", value: word === "true" };
    at -= 1;
    throw invalidFilter(`Expression expected at position ${peek().at} in '${text}'.`);
  };

  const path = (): PropertyPath => {
    const steps: string[] = [];
    for (;;) {
      const token = peek();
      if (token.kind !== "word") return wrong();
      steps.push(token.text);
      at += 1;
      if (!isMark("/")) return steps;
      at += 1;
    }
  };

  const lambda = (steps: PropertyPath, quantifier: "any" | "all"): Expression => {
    takeMark("(");
    if (isMark(")")) {
      at += 1;
      return { kind: "lambda", quantifier, path: steps, variable: undefined, body: undefined };
    }
    const [variable = ""] = path();
    takeMark(":");
    const body = either();
    takeMark(")");
    return { kind: "lambda", quantifier, path: steps, variable, body };
  };

  const call = (name: "startsWith" | "endsWith" | "contains"): Expression => {
    takeMark("(");
    const steps = path();
    takeMark(",");
    const value = literal();
    if (value.type !== "string") {
      throw invalidFilter(
        `No function signature for the function with name '${name}' matches the specified arguments.`,
      );
    }
    takeMark(")");
    return { kind: "call", name, path: steps, value: value.value };
  };

  const list = (): Literal[] => {
    takeMark("(");
    const values = [literal()];
    while (isMark(",")) {
      at += 1;
      values.push(literal());
    }
    takeMark(")");
    return values;
  };

  const term = (): Expression => {
    if (isMark("(")) {
      at += 1;
      const inner = either();
      takeMark(")");
      return inner;
    }
    if (isWord("not")) {
      at += 1;
      return { kind: "not", of: term() };
    }
    const name = CALLS[textOf(peek()).toLowerCase()];
    if (name && tokens[at + 1]?.kind === "mark") {
      at += 1;
      const asked = call(name);
      // Some clients write `startsWith(x,'y') eq true`.
      if (!isWord("eq")) return asked;
      at += 1;
      const wanted = literal();
      return wanted.type === "boolean" && !wanted.value ? { kind: "not", of: asked } : asked;
    }
    const steps = path();
    const last = steps.at(-1)?.toLowerCase();
    if ((last === "any" || last === "all") && isMark("(")) {
      return lambda(steps.slice(0, -1), last);
    }
    const operator = textOf(peek()).toLowerCase();
    if (operator === "in") {
      at += 1;
      return { kind: "in", path: steps, values: list() };
    }
    if (!COMPARISONS.has(operator)) return wrong();
    at += 1;
    return {
      kind: "compare",
      operator: operator as Comparison,
      path: steps,
      value: literal(),
    };
  };

  const both = (): Expression => {
    let left = term();
    while (isWord("and")) {
      at += 1;
      left = { kind: "and", left, right: term() };
    }
    return left;
  };

  const either = (): Expression => {
    let left = both();
    while (isWord("or")) {
      at += 1;
      left = { kind: "or", left, right: both() };
    }
    return left;
  };

  const parsed = either();
  if (peek().kind !== "end") wrong();
  return parsed;
}
