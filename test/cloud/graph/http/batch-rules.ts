import { isObject } from "../store/entity.ts";
import { GraphError } from "./graph-error.ts";

/** One part of a `$batch` request, checked. */
export interface BatchPart {
  readonly id: string;
  readonly method: string;
  /** Relative to the version root, with or without the leading slash. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
  readonly body: unknown;
  readonly dependsOn: string | undefined;
}

/** MS batching.md: 20 requests a batch. */
const MOST_PARTS = 20;

const refuse = (message: string): GraphError => new GraphError(400, "BadRequest", message);

/**
 * The parts of a batch. The whole batch is refused before any part runs if it has more than 20 parts,
 * ids that are missing or not unique (ignoring case), a write without Content-Type or body, a
 * dependency on an unknown or later part, or is neither fully parallel nor fully sequential
 * (MS batching.md; messages as seen in microsoftgraph issues).
 * @throws GraphError 400
 */
export function batchParts(body: unknown): readonly BatchPart[] {
  const requests = isObject(body) ? body["requests"] : undefined;
  if (!Array.isArray(requests) || requests.length === 0) {
    throw refuse("Invalid batch payload format.");
  }
  if (requests.length > MOST_PARTS) {
    throw refuse("Number of requests inside batch exceeds the limit.");
  }
  const seen = new Set<string>();
  const parts = requests.map((request) => partOf(request, seen));
  checkPattern(parts);
  return parts;
}

function partOf(request: unknown, seen: Set<string>): BatchPart {
  if (!isObject(request)) throw refuse("Invalid batch payload format.");
  const { method, url, headers, body, dependsOn } = request;
  // Ids are strings; numbers are converted (CLI for Microsoft 365 sends them).
  const id = typeof request["id"] === "number" ? String(request["id"]) : request["id"];
  if (
    typeof id !== "string" ||
    id === "" ||
    typeof method !== "string" ||
    typeof url !== "string" ||
    url === ""
  ) {
    throw refuse("Invalid batch payload format.");
  }
  if (seen.has(id.toLowerCase())) throw refuse(`Request Id ${id} has to be unique in a batch.`);
  const depends: unknown = dependsOn ?? [];
  if (!Array.isArray(depends)) throw refuse("Invalid batch payload format.");
  if (depends.length > 1)
    throw refuse("Batch should be either fully sequential or fully parallel.");
  const parent: unknown = depends[0];
  if (parent !== undefined && (typeof parent !== "string" || !seen.has(parent.toLowerCase()))) {
    throw refuse(`Invalid dependency for request Id ${id}.`);
  }
  seen.add(id.toLowerCase());
  const folded: Record<string, string> = {};
  if (headers !== undefined && !isObject(headers)) throw refuse("Invalid batch payload format.");
  for (const [name, value] of Object.entries(headers ?? {})) {
    folded[name.toLowerCase()] = String(value);
  }
  const upper = method.toUpperCase();
  const writes = upper === "POST" || upper === "PATCH" || upper === "PUT";
  if ((writes && body === undefined) || (body !== undefined && !folded["content-type"])) {
    throw refuse(`Write request id : ${id} does not contain Content-Type header or body.`);
  }
  return {
    id,
    method: upper,
    url,
    headers: folded,
    hasBody: body !== undefined,
    body,
    dependsOn: typeof parent === "string" ? parent.toLowerCase() : undefined,
  };
}

/** Parallel (no dependencies), serial (each on the one before), same (all others on one). */
function checkPattern(parts: readonly BatchPart[]): void {
  const depending = parts.filter((part) => part.dependsOn !== undefined);
  if (depending.length === 0) return;
  const serial = parts.every(
    (part, index) => index === 0 || part.dependsOn === parts[index - 1]?.id.toLowerCase(),
  );
  const same =
    depending.length === parts.length - 1 &&
    new Set(depending.map((part) => part.dependsOn)).size === 1;
  if (!serial && !same) throw refuse("Batch should be either fully sequential or fully parallel.");
}
