/** Whether `value` is a JSON object (neither null nor an array). */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `value` if it is a JSON object, else an empty one: for reading properties that may be missing. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : {};

/** A name in the value, however deep, that every object inherits, such as `constructor`. */
export function inheritedName(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, inside] of Object.entries(value)) {
    if (name in Object.prototype) return name;
    const found = inheritedName(inside);
    if (found !== undefined) return found;
  }
  return undefined;
}
