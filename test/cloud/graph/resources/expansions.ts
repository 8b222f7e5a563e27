import { unsupportedQuery } from "../http/graph-error.ts";
import type { Values } from "../store/entity.ts";
import type { Call } from "./call.ts";

/** What each relationship of an entry leads to; `options` is what stands in parentheses behind its name. */
export type Relations = Readonly<
  Record<string, (call: Call, entry: Values, options: string) => unknown>
>;

/**
 * What `$expand` adds to an entry that is no directory object. @throws GraphError 400 for a relationship
 * that cannot be expanded
 */
export const expansionsOf =
  (call: Call, relations: Relations) =>
  (entry: Values): Values =>
    Object.fromEntries(
      (call.query.expand ?? "")
        .split(/,(?![^(]*\))/)
        .map((wish) => wish.trim())
        .filter((wish) => wish !== "")
        .map((wish) => {
          const [, name = "", options = ""] = /^(\w+)(?:\((.*)\))?$/.exec(wish) ?? [];
          const related = Object.hasOwn(relations, name) ? relations[name] : undefined;
          if (!related)
            throw unsupportedQuery(`The request uses unsupported query options: $expand=${wish}.`);
          return [name, related(call, entry, options)];
        }),
    );
