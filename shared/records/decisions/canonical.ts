import { createHash } from "node:crypto";

import { isRecord } from "../../core/record.ts";

/**
 * The canonical JSON of a value (RFC 8785): properties in the order of their UTF-16 code units, no spaces,
 * numbers and texts as JavaScript writes them. What is undefined is left out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`);
  return `{${parts.join(",")}}`;
}

/**
 * The nonce of an ID token that proves who sent a message: base64url of the SHA-256 of its canonical JSON
 * without the proof itself.
 */
export function nonceOf(message: object): string {
  const { proof: _proof, ...signed } = { proof: undefined, ...message };
  return createHash("sha256").update(canonicalJson(signed)).digest("base64url");
}
