import { findObject } from "../batch/find-object.ts";
import { rowCells } from "../batch/row-cells.ts";
import type { Desk } from "../desk/desk.ts";
import { CommandError, exitCodes, usageError } from "../terminal/command-error.ts";
import { figure } from "../terminal/figures.ts";

/** Lists the rows of all batches, finished and running, that name a person or another object. */
export async function find(desk: Desk, name: string): Promise<void> {
  const { print } = desk;
  if (name.trim() === "") {
    throw usageError("No name is given.", `Example: ${desk.self} find ann@contoso.com`);
  }
  const { found, unread } = await findObject(await desk.account(), name.trim(), (batches) =>
    print.redraw(`looking through batch ${figure(batches + 1)} …`),
  );
  print.redraw("");
  for (const each of unread) print.note(each);
  if (found.length === 0) {
    throw new CommandError(
      `No batch names ${name}.`,
      "Try the object id as well as the user principal name. Entra's audit log shows changes that other applications made.",
      { exitCode: exitCodes.notFound },
    );
  }
  print.list(found, ({ batch, state, row }) => ({ batch, state, ...rowCells(row) }), "");
  if (unread.length > 0) {
    throw new CommandError(
      "Not every batch could be read.",
      "See above; the others were searched.",
    );
  }
}
