import type { Node } from "web-tree-sitter";

import type { Property, Value } from "./value.ts";

/** The named children that are not comments. */
export const partsOf = (node: Node): Node[] =>
  node.namedChildren.filter(
    (each): each is Node => each !== null && !each.type.endsWith("comment"),
  );

/** Line of a node, from 1. */
export const lineOf = (node: Node): number => node.startPosition.row + 1;

const escapes: Readonly<Record<string, string>> = { "\\n": "\n", "\\r": "\r", "\\t": "\t" };

/** The text of a literal string; undefined for one with interpolation. */
export function literal(node: Node): string | undefined {
  if (node.type !== "string") return undefined;
  if (node.text.startsWith("'''")) return node.text.slice(3, -3).replace(/^\r?\n/, "");
  if (partsOf(node).some((each) => each.type === "interpolation")) return undefined;
  return node.text
    .slice(1, -1)
    .replaceAll(/\\(?:u\{([0-9a-fA-F]+)\}|.)/g, (all, code: string | undefined) =>
      code === undefined
        ? (escapes[all] ?? all.slice(1))
        : String.fromCodePoint(Number.parseInt(code, 16)),
    );
}

/** The text of `@description('…')` among decorators. */
export function descriptionIn(decorators: Node | undefined): string | undefined {
  for (const decorator of decorators === undefined ? [] : partsOf(decorators)) {
    const [call] = partsOf(decorator);
    const [name, argumentList] = call === undefined ? [] : partsOf(call);
    const [text] = argumentList === undefined ? [] : partsOf(argumentList);
    if (name?.text === "description" && text !== undefined) return literal(text);
  }
  return undefined;
}

/** An expression as a `Value`. Nested resources of an object are left to the caller. */
export function valueOf(node: Node): Value {
  const parts = partsOf(node);
  const [first, second, third] = parts;
  switch (node.type) {
    case "string": {
      const text = literal(node);
      return text === undefined
        ? { kind: "expression", text: node.text }
        : { kind: "string", text };
    }
    case "number":
      return { kind: "number", value: Number(node.text) };
    case "boolean":
      return { kind: "boolean", value: node.text === "true" };
    case "null":
      return { kind: "null" };
    case "object":
      return { kind: "object", properties: propertiesOf(parts) };
    case "array":
      return { kind: "array", items: parts.map(valueOf) };
    case "for_statement": {
      const body = parts.at(-1);
      const over = parts.at(-2);
      if (body === undefined || over === undefined) break;
      return { kind: "loop", over: over.text, body: valueOf(body) };
    }
    case "if_statement":
      if (second !== undefined) return valueOf(second);
      break;
    case "ternary_expression":
      if (second !== undefined && third !== undefined) {
        return { kind: "choice", branches: [valueOf(second), valueOf(third)] };
      }
      break;
    case "parenthesized_expression":
      if (first !== undefined && parts.length === 1) return valueOf(first);
      break;
    default:
  }
  return { kind: "expression", text: oneLine(node.text) };
}

/** On one line, because the formatter breaks long calls over several. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/([([]) /g, "$1")
    .replaceAll(/ ([)\]])/g, "$1");

function propertiesOf(parts: readonly Node[]): Property[] {
  const properties: Property[] = [];
  let decorators: Node | undefined;
  for (const part of parts) {
    if (part.type === "decorators") decorators = part;
    if (part.type !== "object_property") continue;
    const [key, value] = partsOf(part);
    if (key !== undefined && value !== undefined) {
      const name = key.type === "string" ? literal(key) : key.text;
      properties.push({
        name: name ?? key.text.slice(1, -1),
        computed: key.type === "string" && name === undefined,
        value: valueOf(value),
        line: lineOf(part),
        description: descriptionIn(decorators),
      });
    }
    decorators = undefined;
  }
  return properties;
}
