import type { Values } from "../store/entity.ts";
import { MODELS } from "./models.ts";

const CANONICAL = new Map<string, string>(
  Object.values(MODELS).flatMap((model) =>
    Object.keys(model).map((name) => [name.toLowerCase(), name] as const),
  ),
);
const EXACT = new Set(CANONICAL.values());

/**
 * A body with property names as the model spells them: Graph ignores their case (CLI for Microsoft 365
 * has always sent `mailNickName`). Unknown names stay unchanged.
 */
export function canonicalNames(body: Values): Values {
  const names = Object.keys(body);
  if (names.every((name) => EXACT.has(name))) return body;
  return Object.fromEntries(
    names.map((name) => [CANONICAL.get(name.toLowerCase()) ?? name, body[name]]),
  );
}
