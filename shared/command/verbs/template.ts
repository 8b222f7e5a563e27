import { csvLine } from "../../batches/formats/csv.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Desk } from "../desk/desk.ts";
import { operationTable } from "../operation-table/operation-table.ts";
import { usageError } from "../terminal/command-error.ts";

/** What `template` is asked. */
export interface TemplateOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** The column that leaves a row out, so that nothing happens to a file that is sent as it was printed. */
const SKIP = "skip";
const EXAMPLE = "An example: write over it, and empty this cell.";

/**
 * Prints a file to fill in for one operation, as CSV or as a JSON array: its columns, and its example as a row
 * that is left out until somebody writes over it. `--output json` describes the file instead.
 */
export function template(
  desk: Pick<Desk, "print" | "options" | "self">,
  operation: string,
  options: TemplateOptions,
): void {
  const found = operationTable.find(({ name }) => name === operation);
  if (found === undefined) {
    const names = operationTable.map(({ name }) => name);
    throw usageError(
      `There is no operation ${operation}.${didYouMean(operation, names)}`,
      `Use one of: ${names.join(", ")}.`,
    );
  }
  const { required, optional, summary, example } = found;
  const shown = options.all === true ? [...required, ...optional] : required;
  const columns = [...new Set([...shown, ...Object.keys(example)])];
  if (desk.options.output === "json") return desk.print.one({ operation, columns }, {}, () => "");
  const row = {
    ...Object.fromEntries(columns.map((name) => [name, example[name] ?? ""])),
    [SKIP]: EXAMPLE,
  };
  desk.print.raw(
    options.json === true
      ? JSON.stringify([row], undefined, 2)
      : [Object.keys(row), Object.values(row)].map(csvLine).join(""),
  );
  const more = optional.filter((column) => !columns.includes(column));
  desk.print.note(
    [
      summary,
      ...(more.length > 0 ? [`Optional columns (--all adds them): ${more.join(", ")}.`] : []),
      `Send it: ${desk.self} submit FILE.${options.json === true ? "json" : "csv"} --operation ${operation}`,
    ].join("\n"),
  );
}
