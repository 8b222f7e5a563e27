import { didYouMean } from "../../core/nearest.ts";
import type { Desk } from "../desk/desk.ts";
import { operationTable } from "../operation-table/operation-table.ts";
import { usageError } from "../terminal/command-error.ts";

/** What `template` is asked. */
export interface TemplateOptions {
  readonly all?: boolean;
}

/**
 * Prints the header of a CSV file for one operation; its columns come from the operation itself. As JSON they
 * are a list.
 */
export function template(desk: Desk, operation: string, options: TemplateOptions): void {
  const found = operationTable.find(({ name }) => name === operation);
  if (found === undefined) {
    const names = operationTable.map(({ name }) => name);
    throw usageError(
      `There is no operation ${operation}.${didYouMean(operation, names)}`,
      `Use one of: ${names.join(", ")}.`,
    );
  }
  const { required, optional, summary } = found;
  const columns = options.all === true ? [...required, ...optional] : required;
  if (desk.options.output === "json") return desk.print.one({ operation, columns }, {}, () => "");
  desk.print.raw(columns.join(","));
  desk.print.note(
    [
      summary,
      ...(optional.length > 0 && options.all !== true
        ? [`Optional columns (--all adds them): ${optional.join(", ")}.`]
        : []),
      `Send it: ${desk.self} submit FILE.csv --operation ${operation}`,
    ].join("\n"),
  );
}
