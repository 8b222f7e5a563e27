import { badRequest, GraphError, unsupportedQuery } from "../http/graph-error.ts";
import type { Model } from "../model/property.ts";
import { isEventual, prefers, type Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";
import type { Match } from "./filter-match.ts";
import { modelCase } from "./model-case.ts";

/** Properties searched by every word; others match at the beginning only (search-query-parameter). */
const TOKENIZED = new Set(["displayName", "description"]);

const malformed = (text: string): GraphError =>
  new GraphError(
    400,
    "BadRequest",
    `Syntax error: character '${text.charAt(0)}' is not valid at position 0 in '${text}'.`,
  );

/** Parts of one kind: letters up to a change from small to capital, digits, and single symbols. */
const PARTS =
  /\p{Lu}+\p{M}*(?:(?!\p{Lu})[\p{L}\p{M}])*|[\p{L}\p{M}]+?(?=\p{Lu})|[\p{L}\p{M}]+|\p{N}+|[\p{P}\p{S}]/gu;

const isSymbol = (part: string): boolean => /^[\p{P}\p{S}]$/u.test(part);

/** `HelloWorld`, `hello world`, `hello.world` and `hello123world` as the page splits them. */
const partsOf = (text: string): readonly string[] =>
  (text.match(PARTS) ?? []).map((part) => part.toLowerCase());

/** The tokens of a value; words that only symbols separate are also one: `hello-world` has `helloworld`. */
function tokensOf(text: string): readonly string[] {
  return text.split(/\s+/u).flatMap((piece) => {
    const parts = partsOf(piece);
    if (!parts.some(isSymbol)) return parts;
    return [...parts, parts.filter((part) => !isSymbol(part)).join("")];
  });
}

function clauseOf(clause: string, model: Model): Match {
  const match = /^"([A-Za-z]+):(.*)"$/s.exec(clause);
  if (!match) throw malformed(clause);
  const [, asked = "", quoted = ""] = match;
  const property = modelCase(model, asked);
  const type = Object.hasOwn(model, property) ? model[property]?.type : undefined;
  if (type !== "string" && type !== "strings") {
    throw unsupportedQuery(`The property '${asked}' is not supported in $search.`);
  }
  const wanted = quoted.replaceAll(/\\(["\\])/gu, "$1");
  const tokens = wanted.split(/\s+/u).flatMap(partsOf);
  const start = wanted.toLowerCase();
  const finds = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(finds);
    if (typeof value !== "string") return false;
    if (!TOKENIZED.has(property)) {
      return value
        .toLowerCase()
        .replace(/^smtp:/, "")
        .startsWith(start);
    }
    const held = tokensOf(value);
    return tokens.every((token) => held.some((word) => word.startsWith(token)));
  };
  return (_id: string, values: Values) => finds(values[property]);
}

/**
 * v1.0 decodes twice unless told not to (known-issues, encoded ampersand). @throws GraphError 400 for an
 * ampersand that is encoded once
 */
function searchText(call: Call): string {
  const text = call.query.search ?? "";
  if (prefers(call, "legacySearch=false")) return text;
  if (text.includes("&")) throw badRequest("Unrecognized query argument specified: ''.");
  return text.replaceAll("%26", "&");
}

/**
 * Parses `$search`: clauses `"property:words"` joined by AND and OR (in capitals), with parentheses;
 * AND binds stronger.
 * @throws GraphError 400 without `ConsistencyLevel: eventual` (MS advanced-queries.md) or if malformed
 */
export function searchMatcher(call: Call, model: Model): Match {
  if (!isEventual(call)) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  const text = searchText(call);
  const parts = text.match(/"(?:[^"\\]|\\.)*"|\bAND\b|\bOR\b|[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const term = (): Match => {
    const part = parts[at] ?? "";
    at += 1;
    if (part !== "(") return clauseOf(part, model);
    const inner = either();
    if (parts[at] !== ")") throw malformed(parts[at] ?? text);
    at += 1;
    return inner;
  };
  const both = (): Match => {
    let left = term();
    while (parts[at] === "AND") {
      at += 1;
      const [one, other] = [left, term()];
      left = (id, values) => one(id, values) && other(id, values);
    }
    return left;
  };
  const either = (): Match => {
    let left = both();
    while (parts[at] === "OR") {
      at += 1;
      const [one, other] = [left, both()];
      left = (id, values) => one(id, values) || other(id, values);
    }
    return left;
  };
  const match = either();
  if (at < parts.length) throw malformed(parts[at] ?? "");
  return match;
}
