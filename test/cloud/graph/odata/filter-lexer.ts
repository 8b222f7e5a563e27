import { GraphError } from "../http/graph-error.ts";
import type { Literal } from "./filter-expression.ts";

export type Token =
  | { readonly kind: "literal"; readonly literal: Literal; readonly at: number }
  | { readonly kind: "word" | "mark" | "end"; readonly text: string; readonly at: number };

const SPACE = /\s+/y;
const TEXT = /'((?:[^']|'')*)'/y;
const GUID = /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/y;
const DATE = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const WORD = /[A-Za-z_$@][\w.$]*/y;
const MARK = /[(),:/]/y;
/** A cast before a property (user-list-sponsorof): objects of other types do not have the property. */
const CAST = /microsoft\.graph\.[A-Za-z]+\/(?=[A-Za-z])/y;

export const invalidFilter = (why: string): GraphError =>
  new GraphError(400, "BadRequest", `Invalid filter clause: ${why}`);

/** @throws GraphError 400 at the first character that cannot start a token. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const literal = (found: string, value: Literal): void => {
    tokens.push({ kind: "literal", literal: value, at });
    at += found.length;
  };
  while (at < text.length) {
    const skipped = match(SPACE) ?? match(CAST);
    if (skipped) {
      at += skipped.length;
      continue;
    }
    const quoted = match(TEXT);
    if (quoted !== undefined) {
      literal(quoted, { type: "string", value: quoted.slice(1, -1).replaceAll("''", "'") });
      continue;
    }
    const guid = match(GUID);
    if (guid) {
      literal(guid, { type: "guid", value: guid.toLowerCase() });
      continue;
    }
    const date = match(DATE);
    if (date) {
      literal(date, { type: "date", value: dateOf(date) });
      continue;
    }
    const number = match(NUMBER);
    if (number) {
      literal(number, { type: "number", value: Number(number) });
      continue;
    }
    const word = match(WORD);
    const mark = word ?? match(MARK);
    if (mark === undefined) {
      // In the words of OData's own parser.
      throw invalidFilter(
        text[at] === "'"
          ? `There is an unterminated string literal at position ${text.length} in '${text}'.`
          : `Syntax error: character '${text[at]}' is not valid at position ${at} in '${text}'.`,
      );
    }
    tokens.push({ kind: word ? "word" : "mark", text: mark, at });
    at += mark.length;
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}

function dateOf(text: string): number {
  const zoned = text.includes("T") && !/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text;
  const value = Date.parse(zoned);
  if (Number.isNaN(value)) throw invalidFilter(`Unrecognized '${text}' literal.`);
  return value;
}
