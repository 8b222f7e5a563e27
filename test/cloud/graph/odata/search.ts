import { GraphError, unsupportedQuery } from "../http/graph-error.ts";
import { isEventual, type Call } from "../resources/call.ts";
import type { Values } from "../store/entity.ts";
import type { Match } from "./filter-match.ts";

/** Properties searched by every word; others match at the beginning only (search-query-parameter). */
const TOKENIZED = new Set(["displayName", "description"]);

const SEARCHABLE = new Set([
  ...TOKENIZED,
  "givenName",
  "mail",
  "mailNickname",
  "otherMails",
  "proxyAddresses",
  "surname",
  "userPrincipalName",
  "identifierUris",
  "servicePrincipalNames",
]);

const malformed = (text: string): GraphError =>
  new GraphError(
    400,
    "BadRequest",
    `Syntax error: character '${text.charAt(0)}' is not valid at position 0 in '${text}'.`,
  );

/** Splits by spaces, digits beside letters, and symbols: `HelloWorld` is one word, `hello-world` two. */
const words = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[\s\p{P}\p{S}]+|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u)
    .filter((word) => word !== "");

function clauseOf(clause: string): Match {
  const match = /^"([A-Za-z]+):(.*)"$/s.exec(clause);
  if (!match) throw malformed(clause);
  const [, property = "", wanted = ""] = match;
  if (!SEARCHABLE.has(property)) {
    throw unsupportedQuery(`The property '${property}' is not supported in $search.`);
  }
  const folded = wanted.replaceAll(String.raw`\"`, '"').toLowerCase();
  const tokens = words(folded);
  const finds = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(finds);
    if (typeof value !== "string") return false;
    if (!TOKENIZED.has(property)) {
      return value
        .toLowerCase()
        .replace(/^smtp:/, "")
        .startsWith(folded);
    }
    const held = words(value);
    return tokens.every((token) => held.some((word) => word.startsWith(token)));
  };
  return (_id: string, values: Values) => finds(values[property]);
}

/**
 * Parses `$search`: clauses `"property:words"` joined by AND and OR (in capitals), from left to right.
 * @throws GraphError 400 without `ConsistencyLevel: eventual` (MS advanced-queries.md) or if malformed
 */
export function searchMatcher(call: Call): Match {
  if (!isEventual(call)) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  const parts = (call.query.search ?? "").match(/"(?:[^"\\]|\\.)*"|\bAND\b|\bOR\b|\S+/g) ?? [];
  const [first, ...rest] = parts;
  if (first === undefined || rest.length % 2 === 1) throw malformed(call.query.search ?? "");
  let match = clauseOf(first);
  for (let at = 0; at < rest.length; at += 2) {
    const operator = rest[at];
    if (operator !== "AND" && operator !== "OR") throw malformed(operator ?? "");
    const left = match;
    const right = clauseOf(rest[at + 1] ?? "");
    match =
      operator === "AND"
        ? (id, values) => left(id, values) && right(id, values)
        : (id, values) => left(id, values) || right(id, values);
  }
  return match;
}
