import { invalidValue } from "../resources/resolve.ts";
import { isObject, type Kind, type Values } from "../store/entity.ts";
import type { Needs } from "./permission.ts";

/** The permissions to see and to assign custom security attributes (user-get, user-update). */
export const READ_SECURITY_ATTRIBUTES: Needs = [
  "CustomSecAttributeAssignment.Read.All",
  "CustomSecAttributeAssignment.ReadWrite.All",
];
export const WRITE_SECURITY_ATTRIBUTES: Needs = ["CustomSecAttributeAssignment.ReadWrite.All"];

const NAME = "customSecurityAttributes";

/** One attribute set after the change: null and an empty list remove an attribute. */
function setAfter(present: unknown, given: Values): Values | undefined {
  const after: Record<string, unknown> = { ...(isObject(present) ? present : {}) };
  for (const [name, value] of Object.entries(given)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) {
      delete after[name];
      delete after[`${name}@odata.type`];
    } else after[name] = value;
  }
  return Object.keys(after).some((name) => !name.includes("@")) ? after : undefined;
}

/**
 * The body's values with the attributes whole: sets and attributes that it does not name stay
 * (custom-security-attributes-examples).
 * @throws GraphError 400 if a set is no object
 */
export function withSecurityAttributes(kind: Kind, present: Values, values: Values): Values {
  const given = values[NAME];
  if (given === undefined || given === null) return values;
  const held = isObject(present[NAME]) ? present[NAME] : {};
  const after: Record<string, unknown> = { ...held };
  for (const [set, attributes] of Object.entries(given as Values)) {
    if (!isObject(attributes)) throw invalidValue(kind, NAME);
    const whole = setAfter(held[set], attributes);
    if (whole === undefined) delete after[set];
    else after[set] = whole;
  }
  return { ...values, [NAME]: Object.keys(after).length > 0 ? after : undefined };
}
