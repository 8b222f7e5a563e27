import type { GraphError } from "../core/graph-request.ts";
import { isRecord } from "../core/record.ts";

/**
 * The error codes that the product acts on, of the directory and of the gateway (Graph errors reference;
 * the table in docs/errors.md). Other nested codes are ignored: Graph nests the most specific code
 * deepest, but also values such as the `429` inside `TooManyRequests`.
 */
const known: ReadonlySet<string> = new Set([
  "Authentication_ExpiredToken",
  "Authentication_MissingOrMalformed",
  "Authorization_IdentityDisabled",
  "Authorization_IdentityNotFound",
  "Authorization_RequestDenied",
  "BadRequest",
  "Directory_BindingRedirectionInvalid",
  "Directory_ConcurrencyViolation",
  "Directory_ExpiredPageToken",
  "Directory_ObjectNotFound",
  "Directory_QuotaExceeded",
  "InvalidAuthenticationToken",
  "NotImplemented",
  "ObjectConflict",
  "Request_BadRequest",
  "Request_DataContractVersionMissing",
  "Request_InvalidRequestUrl",
  "Request_MultipleObjectsWithSameKeyValue",
  "Request_ResourceNotFound",
  "Request_ThrottledPermanently",
  "Request_ThrottledTemporarily",
  "Request_UnsupportedQuery",
  "ResourceNotFound",
  "ServiceUnavailable",
  "Service_InternalServerError",
  "Service_ServiceUnavailable",
  "TooManyRequests",
  "UnknownError",
  "resyncRequired",
  "syncStateNotFound",
]);

/** Longer than any message that Graph is known to send. */
const LONGEST_MESSAGE = 500;
/** Graph is known to nest three levels deep. */
const DEEPEST = 10;

/**
 * Reads any error body: Graph's JSON in either spelling of `innerError`, however nested, the older
 * `odata.error`, and what gateways send instead: HTML, plain text, truncated JSON. `code` is the deepest
 * known code, else the outermost, else `unreadable`. A code in `details` counts only if no other code is
 * known: it names the property, not what to do.
 */
export function parseGraphError(body: unknown): GraphError {
  if (typeof body === "string") return ofText(body);
  const outer = isRecord(body) ? (body["error"] ?? body["odata.error"] ?? body) : body;
  if (!isRecord(outer)) return unreadable(typeof outer === "string" ? outer : "no error body");
  const chain = nested(outer);
  const details = Array.isArray(outer["details"]) ? outer["details"].filter(isRecord) : [];
  const codes = chain.map(codeOf).filter((code) => code !== "");
  const code =
    codes.findLast((each) => known.has(each)) ??
    details.map(codeOf).find((each) => known.has(each)) ??
    codes[0];
  const message = [...chain, ...details].map(messageOf).find((text) => text !== "") ?? "no message";
  return { code: code ?? UNREADABLE, message: clip(message) };
}

const UNREADABLE = "unreadable";

const unreadable = (message: string): GraphError => ({ code: UNREADABLE, message: clip(message) });

/** The error and its inner errors, outermost first. */
function nested(error: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const chain = [error];
  for (let at = error; chain.length < DEEPEST;) {
    const inner = at["innerError"] ?? at["innererror"];
    if (!isRecord(inner)) break;
    chain.push(inner);
    at = inner;
  }
  return chain;
}

const codeOf = (error: Readonly<Record<string, unknown>>): string =>
  typeof error["code"] === "string" ? error["code"] : "";

function messageOf(error: Readonly<Record<string, unknown>>): string {
  const message = isRecord(error["message"]) ? error["message"]["value"] : error["message"];
  return typeof message === "string" ? message : "";
}

function ofText(text: string): GraphError {
  const trimmed = text.trim();
  if (/^<(!doctype|html|\?xml)/i.test(trimmed)) {
    const title = /<title[^>]*>([^<]*)<\/title>/i.exec(trimmed)?.[1]?.trim();
    return unreadable(title ? `a page titled "${title}"` : "a page without a title");
  }
  try {
    const value: unknown = JSON.parse(trimmed);
    if (isRecord(value)) return parseGraphError(value);
  } catch {
    const code = [...trimmed.matchAll(/"code"\s*:\s*"(\w+)"/g)]
      .map((match) => match[1] ?? "")
      .findLast((each) => known.has(each));
    const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(trimmed)?.[1];
    if (code !== undefined) return { code, message: clip(message ?? "cut off") };
  }
  return unreadable(trimmed === "" ? "an empty body" : trimmed);
}

const clip = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
};
