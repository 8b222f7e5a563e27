import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The repository. */
export const root = resolve(import.meta.dirname, "../..");

/** A file of the repository, as text. */
export const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every page that people read, by its path from the root. */
export const pages: readonly string[] = globSync("**/*.md", {
  cwd: root,
  exclude: (path) => /^(node_modules|dist|out|coverage|\.git)(\/|$)/.test(path),
}).toSorted();

/** A page without its fenced blocks: prose, tables and code spans. */
export const proseOf = (page: string): string => read(page).replaceAll(/^ *```[^]*?^ *```$/gm, "");

/** The contents of a page's fenced blocks of one language, without the fence's indentation. */
export const fencesOf = (page: string, language: string): readonly string[] =>
  [...read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, "gm"))].map(
    ([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );

/** The contents of a page's code spans. */
export const spansOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span.replaceAll("\n", " "));

/** The anchors of a page's headings, as GitHub makes them. */
export const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** The first cells, or another column, of the page's tables whose header's first cell is `header`. */
export function columnOf(page: string, header: string, at = 0): readonly string[] {
  const found: string[] = [];
  let isOpen = false;
  for (const line of read(page).split("\n")) {
    const cells = line.startsWith("|") ? line.split("|").map((cell) => cell.trim()) : undefined;
    if (cells === undefined) isOpen = false;
    else if (isOpen && !/^-+:?$/.test(cells[1] ?? "")) found.push(cells[at + 1] ?? "");
    else isOpen ||= cells[1] === header;
  }
  return found;
}
