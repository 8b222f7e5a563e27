import { badRequest } from "../../http/graph-error.ts";
import type { Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";

/** The refusal of one value of a resource that is no directory object. */
export const invalidOf = (resource: string, property: string) =>
  badRequest(`Invalid value specified for property '${property}' of resource '${resource}'.`);

/** What a property may be, in words for the refusal: a check of the value that a body gives. */
export type Checks = Readonly<Record<string, (value: unknown) => boolean>>;

export const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
export const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
export const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
export const isBoolean = (value: unknown): boolean => typeof value === "boolean";
export const oneOf =
  (...names: readonly string[]) =>
  (value: unknown): boolean =>
    names.some((name) => name.toLowerCase() === String(value).toLowerCase());

/**
 * The body's values without annotations. @throws GraphError 400 for a property that `checks` lacks, for
 * a value that it refuses, and for one of `required` that the body leaves out
 */
export function checkedBody(
  { body }: Pick<Call, "body">,
  resource: string,
  checks: Checks,
  required: readonly string[] = [],
): Values {
  for (const name of required) {
    if (body[name] === undefined || body[name] === null)
      throw badRequest(`A value is required for property '${name}' of resource '${resource}'.`);
  }
  const given = Object.entries(body).filter(([name]) => !name.includes("@"));
  for (const [name, value] of given) {
    const fits = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!fits) throw badRequest(`Invalid property '${name}'.`);
    if (!fits(value)) throw invalidOf(resource, name);
  }
  return Object.fromEntries(given);
}
