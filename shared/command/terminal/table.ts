/** One result as a person sees it: the cells of its columns. */
export type Cells = Readonly<Record<string, unknown>>;

/** A value as one cell: no tabs and no line breaks, and nothing for what is not there. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // oxlint-disable-next-line no-control-regex -- a name in a directory must not command the terminal
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, "");
}

/** Rows with a header, as the Azure CLI draws them; columns that are empty everywhere are left out. */
export function tableText(rows: readonly Cells[]): string {
  const names = Object.keys(rows[0] ?? {}).filter((name) =>
    rows.some((row) => cellText(row[name]) !== ""),
  );
  const lines = [
    names.map(heading),
    [],
    ...rows.map((row) => names.map((name) => cellText(row[name]))),
  ];
  const widths = names.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  lines[1] = widths.map((width) => "-".repeat(width));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `finishedAt` is headed `FinishedAt`, as the Azure CLI heads it. */
const heading = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** One line a row, without a header. */
export const tsvText = (rows: readonly Cells[]): string =>
  rows.map((row) => `${Object.values(row).map(cellText).join("\t")}\n`).join("");

/** Facts one below the other, their names aligned; facts that are not known are left out. */
export function factsText(facts: Cells): string {
  const known = Object.entries(facts).filter(([, value]) => cellText(value) !== "");
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`).join("\n");
}
