import { GraphError } from "../http/graph-error.ts";
import { isExtensionName } from "../model/extension-names.ts";
import { MODELS } from "../model/models.ts";
import { defaultOf } from "../model/property.ts";
import { odataTypeOf, type Entity, type Kind, type Values } from "../store/entity.ts";
import { expandedInContext } from "./expand-wishes.ts";
import { modelCase } from "./model-case.ts";

const defaults = new Map<Kind, readonly string[]>();

const defaultNames = (kind: Kind): readonly string[] => {
  let names = defaults.get(kind);
  if (!names) {
    names = Object.entries(MODELS[kind])
      .filter(([, property]) => property.byDefault)
      .map(([name]) => name);
    defaults.set(kind, names);
  }
  return names;
};

/**
 * The properties to show: the selected ones, `*` for all, else the default ones.
 * @throws GraphError 400 for one that the type lacks, 501 for one stored outside the directory.
 */
export function selected(kind: Kind, select: readonly string[] | undefined): readonly string[] {
  if (!select) return defaultNames(kind);
  const model = MODELS[kind];
  const names: string[] = [];
  for (const raw of select) {
    if (raw === "*") {
      names.push(...Object.keys(model).filter((name) => model[name]?.access !== "unsupported"));
      continue;
    }
    const name = raw.includes("/") ? raw.slice(0, raw.indexOf("/")) : raw;
    const known = modelCase(model, name);
    if (!Object.hasOwn(model, known)) {
      if (isExtensionName(name)) {
        names.push(name);
        continue;
      }
      throw new GraphError(
        400,
        "BadRequest",
        `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${kind}'.`,
      );
    }
    if (model[known]?.access === "unsupported") {
      throw new GraphError(501, "NotImplemented", "This operation target is not yet supported.");
    }
    names.push(known);
  }
  // The activity is read by id, so the id comes with it (user-list, example of signInActivity).
  if (names.includes("signInActivity") && !names.includes("id")) names.push("id");
  return names;
}

/** An object as Graph prints it: the named properties, with defaults for absent ones. */
export function render(
  entity: Entity,
  values: Values,
  names: readonly string[],
  typed: boolean,
): Record<string, unknown> {
  const model = MODELS[entity.kind];
  const shown: Record<string, unknown> = typed ? { "@odata.type": odataTypeOf(entity.kind) } : {};
  for (const name of names) {
    if (name === "id") shown["id"] = entity.id;
    else {
      const value = values[name];
      const property = model[name];
      if (value !== undefined) shown[name] = value;
      else if (property) shown[name] = defaultOf(property);
    }
  }
  return shown;
}

/** `#users(displayName,id)` or `#users`: the properties of `$select` and the additions of `$expand`. */
export const contextOf = (
  root: string,
  set: string,
  select: readonly string[] | undefined,
  entity: boolean,
  expand?: string,
): string => {
  const names = [...(select ?? []), ...(expand === undefined ? [] : expandedInContext(expand))];
  return `${root}/$metadata#${set}${names.length > 0 ? `(${names.join(",")})` : ""}${entity ? "/$entity" : ""}`;
};
