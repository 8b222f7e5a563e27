import type { Values } from "../store/entity.ts";
import { MODELS } from "./models.ts";

const CANONICAL = new Map<string, string>(
  Object.values(MODELS).flatMap((model) =>
    Object.keys(model).map((name) => [name.toLowerCase(), name] as const),
  ),
);
const EXACT = new Set(CANONICAL.values());

/**
 * A body with its properties' names as the model spells them: Graph reads names in any case (CLI for
 * Microsoft 365 has always sent `mailNickName`). Names that no model has stay as they are.
 */
export function canonicalNames(body: Values): Values {
  const names = Object.keys(body);
  if (names.every((name) => EXACT.has(name))) return body;
  return Object.fromEntries(
    names.map((name) => [CANONICAL.get(name.toLowerCase()) ?? name, body[name]]),
  );
}
