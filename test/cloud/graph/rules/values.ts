import { isDeepStrictEqual } from "node:util";

import { badRequest, notEmulated } from "../http/graph-error.ts";
import { isExtensionName } from "../model/extension-names.ts";
import { MODELS } from "../model/models.ts";
import type { Property } from "../model/property.ts";
import { invalidValue } from "../resources/resolve.ts";
import { isObject, resourceNameOf, type Kind, type Values } from "../store/entity.ts";

const fits = (value: unknown, property: Property): boolean => {
  switch (property.type) {
    case "string":
    case "guid":
      return (
        typeof value === "string" &&
        value !== "" &&
        value.length <= (property.maxLength ?? Number.POSITIVE_INFINITY)
      );
    case "date":
      return typeof value === "string" && !Number.isNaN(Date.parse(value));
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "strings":
    case "guids":
      return Array.isArray(value) && value.every((entry) => typeof entry === "string");
    case "complex":
      return isObject(value);
    case "complexes":
    default:
      return Array.isArray(value) && value.every((entry) => typeof entry === "object");
  }
};

/**
 * The properties a body sets, each allowed there and of its type, without annotations and bindings
 * (`@`), which the handler reads. A property that can be set at creation only may be sent again with
 * its present value (`present`), as in group-update's own example and in a repeated upsert.
 * @throws GraphError 400 for an unknown, read-only or wrongly typed one, 501 for one stored elsewhere.
 */
export function checkedValues(
  kind: Kind,
  body: Values,
  mode: "create" | "update",
  present: Values = {},
): Values {
  const model = MODELS[kind];
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name.includes("@")) continue;
    const property = Object.hasOwn(model, name) ? model[name] : undefined;
    if (!property) {
      if (!isExtensionName(name)) throw badRequest(`Invalid property '${name}'.`);
      values[name] = value;
      continue;
    }
    if (
      property.access === "create" &&
      mode === "update" &&
      isDeepStrictEqual(value, present[name])
    )
      continue;
    if (property.access === "read" || (property.access === "create" && mode === "update")) {
      throw badRequest(`Property '${name}' is read-only and cannot be set.`);
    }
    if (property.access === "unsupported") {
      // Stored by another service: Graph requires a separate request for it.
      throw notEmulated(`setting '${name}', which is stored outside the directory`);
    }
    if (value === null ? !property.nullable : !fits(value, property))
      throw invalidValue(kind, name);
    values[name] = value;
  }
  return values;
}

/** @throws GraphError 400 for the first of `names` that the body leaves out or sets to null. */
export function demandValues(kind: Kind, body: Values, names: readonly string[]): void {
  for (const name of names) {
    if (body[name] === undefined || body[name] === null) {
      const message = `A value is required for property '${name}' of resource '${resourceNameOf(kind)}'.`;
      throw badRequest(message, [{ code: "MissingValue", message, target: name }]);
    }
  }
}
