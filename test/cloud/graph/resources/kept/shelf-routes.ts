import { noContent, ok, type Answer } from "../../http/answer.ts";
import { notFound } from "../../http/graph-error.ts";
import { contextOf } from "../../odata/render.ts";
import type { Needs } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { expansionsOf, type Relations } from "../expansions.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";

/** A collection of a tenant that is created, read, changed and deleted by id, and is no directory object. */
export interface Shelf {
  /** `/policies/claimsMappingPolicies` */
  readonly path: string;
  readonly read: Needs;
  readonly write: Needs;
  /** The new entry with its id. @throws GraphError if the body cannot be one */
  readonly create: (call: Call) => Values;
  /** The entry after the change. @throws GraphError */
  readonly change: (call: Call, held: Values) => Values;
  /** A change answers the entry (200) instead of 204. */
  readonly showsChange?: boolean;
  /** @throws GraphError if this entry cannot be deleted */
  readonly checkDelete?: (held: Values) => void;
  /** What `$expand` adds to an entry. */
  readonly relations?: Relations;
  /** Entries of this kind cannot be deleted at all. */
  readonly isLasting?: boolean;
}

/** The collection's name in `@odata.context` and among the tenant's shelves. */
const nameOf = (path: string): string => path.slice(1);

/** The entry that `:kept` names on the shelf of that path. @throws GraphError 404 */
export function keptEntry(call: Call, path: string): Values {
  const id = call.params["kept"] ?? "";
  const shelf = call.tenant.shelves.of(nameOf(path));
  const entry = shelf.get(id) ?? shelf.get(id.toLowerCase());
  if (!entry) throw notFound(id);
  return entry;
}

/** The entry as an answer, with what `$expand` adds to it. */
export const shownEntry = (
  call: Call,
  set: string,
  entry: Values,
  status = 200,
  added?: Values,
): Answer => ({
  status,
  body: {
    "@odata.context": contextOf(
      call.root,
      set,
      call.query.select,
      true,
      added && call.query.expand,
    ),
    ...(call.query.select
      ? Object.fromEntries(call.query.select.map((name) => [name, entry[name]]))
      : entry),
    ...added,
  },
});

/** The five operations on a shelf. */
export function shelfRoutes(shelf: Shelf): readonly Route[] {
  const { path, read, write, relations } = shelf;
  const set = nameOf(path);
  const shelfOf = (call: Call): Map<string, Values> => call.tenant.shelves.of(set);
  const put = (call: Call, entry: Values): Values => {
    shelfOf(call).set(String(entry["id"]), entry);
    return entry;
  };
  return [
    {
      method: "GET",
      path,
      needs: read,
      handle: (call) =>
        resourceList(call, set, [...shelfOf(call).values()], {
          filterable: true,
          ...(relations && { expand: expansionsOf(call, relations) }),
        }),
    },
    {
      method: "POST",
      path,
      needs: write,
      body: "required",
      handle: (call) => shownEntry(call, set, put(call, shelf.create(call)), 201),
    },
    {
      method: "GET",
      path: `${path}/:kept`,
      needs: read,
      handle: (call) => {
        const held = keptEntry(call, path);
        return shownEntry(call, set, held, 200, relations && expansionsOf(call, relations)(held));
      },
    },
    {
      method: "PATCH",
      path: `${path}/:kept`,
      needs: write,
      body: "required",
      handle: (call) => {
        const after = put(call, shelf.change(call, keptEntry(call, path)));
        return shelf.showsChange === true ? shownEntry(call, set, after) : noContent;
      },
    },
    ...(shelf.isLasting === true
      ? []
      : ([
          {
            method: "DELETE",
            path: `${path}/:kept`,
            needs: write,
            handle: (call) => {
              const held = keptEntry(call, path);
              shelf.checkDelete?.(held);
              shelfOf(call).delete(String(held["id"]));
              return noContent;
            },
          },
        ] satisfies Route[])),
  ];
}

/** An answer with one value: `{"value": true}`. */
export const valueAnswer = (call: Call, type: string, value: unknown): Answer =>
  ok({ "@odata.context": `${call.root}/$metadata#${type}`, value });
