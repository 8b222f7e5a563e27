import { type Operation, operationNamed } from "../../catalogue/operation.ts";
import { isPending } from "../../catalogue/row.ts";
import type { OpenRow } from "./open-row.ts";

/** Whether a row is of those that share requests with others of their group. */
export const isShareable = (
  catalogue: Readonly<Record<string, Operation>>,
  { operation, write }: Pick<OpenRow, "operation" | "write">,
): boolean =>
  !isPending(write) && operationNamed(catalogue, operation)?.together?.share?.may(write) === true;
