import { list } from "../fields.ts";
import type { Field } from "../payload.ts";

/** The items of a list: a JSON array, or one CSV cell with | between. */
export function itemsOf(raw: unknown): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  if (typeof raw !== "string") return [];
  return raw.split("|").map((item) => item.trim());
}

/** A list whose items keep the rule of `item`. */
export const listOf = (item: Field): Field => ({
  required: false,
  clearable: false,
  read: (raw) => {
    const read = list(1_024, 1_000).read(raw);
    if ("broken" in read) return read;
    for (const each of itemsOf(raw)) {
      const one = item.read(each);
      if ("broken" in one) return { broken: `each entry ${one.broken}` };
    }
    return read;
  },
});
