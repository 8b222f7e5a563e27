import type { RowFilter } from "./mapping.ts";

/** Why a row is left out, if a filter leaves it out; the first filter that does gives the reason. */
export function leftOutBy(
  filters: readonly RowFilter[],
  textOf: (column: string) => string,
): string | undefined {
  const at = filters.findIndex((filter) => !passes(filter, textOf(filter.column).trim()));
  const filter = filters[at];
  return (
    filter && (filter.reason ?? `Left out by filter ${at + 1} of the mapping: ${ruleOf(filter)}.`)
  );
}

function passes(filter: RowFilter, text: string): boolean {
  const isOneOf = (words: readonly string[]): boolean => words.some((word) => isSame(word, text));
  if (filter.in) return isOneOf(filter.in);
  if (filter.notIn) return !isOneOf(filter.notIn);
  if (filter.notStartsWith !== undefined) {
    return !isSame(text.slice(0, filter.notStartsWith.length), filter.notStartsWith);
  }
  return filter.empty === (text === "");
}

/** Whether two words are the same but for capital letters and blanks around them. */
export const isSame = (one: string, other: string): boolean =>
  one.trim().toLowerCase() === other.trim().toLowerCase();

/** The rule in words; its words are the mapping's, not the row's. */
function ruleOf({ column, in: words, notIn, notStartsWith, empty }: RowFilter): string {
  if (words) return `${column} is none of ${words.join(", ")}`;
  if (notIn) return `${column} is one of ${notIn.join(", ")}`;
  if (notStartsWith !== undefined) return `${column} begins with ${notStartsWith}`;
  return `${column} is ${empty ? "not " : ""}empty`;
}
