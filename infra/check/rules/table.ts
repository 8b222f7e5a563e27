/** A Markdown table. */
export const markdownTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const begin = (name: string): string =>
  `<!-- begin ${name}: written by infra/write-tables.ts -->\n`;
const end = (name: string): string => `\n<!-- end ${name} -->`;

/** The text between the marks of that name; undefined if there are no such marks. */
export function sectionOf(page: string, name: string): string | undefined {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(end(name));
  return from === -1 || to === -1 ? undefined : page.slice(from + begin(name).length, to);
}

/** The page with another text between the marks. @throws TypeError if there are no such marks. */
export function withSection(page: string, name: string, text: string): string {
  const present = sectionOf(page, name);
  if (present === undefined) throw new TypeError(`The page has no marks of ${name}.`);
  return page.replace(
    `${begin(name)}${present}${end(name)}`,
    () => `${begin(name)}${text}${end(name)}`,
  );
}
