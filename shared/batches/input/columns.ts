import type { Operation } from "../../catalogue/operation.ts";
import { isPassword } from "../../catalogue/payload.ts";
import { InputRefusal, type Where } from "../../core/input-refusal.ts";
import { didYouMean, nearest } from "../../core/nearest.ts";
import type { BatchOrigin } from "../../records/manifest.ts";
import type { Mapper } from "../mapping/mapper.ts";
import { originColumns } from "./origin-columns.ts";
import { senderColumns } from "./sender-columns.ts";

/** What a row can name: an operation, or what expands into several. */
export type Named = Pick<Operation, "fields" | "isOff"> & {
  /** Its rows are not planned themselves: their parts are. */
  readonly expands?: true;
  /** It is a recipe of the deployment's own, out of this file. */
  readonly file?: { readonly sha256: string };
};

/** What the rows of an input may hold. */
export interface RowRules<O extends Named = Operation> {
  readonly catalogue: Readonly<Record<string, O>>;
  /** The operation of every row; without it, each row names its own in column `operation`. */
  readonly operation?: string | undefined;
  /** This program made the rows, out of another batch or by expanding others: they may have `originColumns`. */
  readonly origin?: BatchOrigin["kind"] | "expansion" | undefined;
  /** Makes the operation's columns out of those of the input, if they are not the same. */
  readonly mapper?: Mapper | undefined;
}

/** The column that names a row's operation. */
export const OPERATION = "operation";

/**
 * The columns that a row of such an input can use: those of its operation, or of all operations if
 * each row names its own.
 */
export function knownColumns({
  catalogue,
  operation,
  origin,
}: RowRules<Named>): ReadonlySet<string> {
  const operations = operation === undefined ? Object.values(catalogue) : [catalogue[operation]];
  const own = origin === undefined ? [] : originColumns;
  return new Set([
    OPERATION,
    ...own,
    ...operations.flatMap((each) => Object.keys(each?.fields ?? {})),
    ...senderColumns,
  ]);
}

/**
 * Checks a CSV header against the operations' fields.
 *
 * @throws InputRefusal PASSWORD_COLUMN, COLUMN_DUPLICATE, COLUMN_UNKNOWN or COLUMN_MISSING.
 */
export function refuseHeader(
  header: readonly string[],
  rules: RowRules<Named>,
  file?: string,
): void {
  const known = knownColumns(rules);
  refuseNoHeader(header, known, file);
  for (const [at, name] of header.entries()) refuseColumn(name, known, { file }, at + 1);
  refuseDuplicate(header, file);
  refuseMissing(header, rules, file);
}

/** @throws InputRefusal COLUMN_DUPLICATE */
export function refuseDuplicate(header: readonly string[], file: string | undefined): void {
  for (const [at, name] of header.entries()) {
    const before = header.indexOf(name);
    // Columns without a name, as a spreadsheet leaves them at the end, are not used.
    if (before === at || name === "") continue;
    throw new InputRefusal(
      "COLUMN_DUPLICATE",
      `The header has ${isName(name) ? `the column ${name}` : "a column"} twice (columns ${before + 1} and ${at + 1}).`,
      "Keep one of the two.",
      { file, column: isName(name) ? name : String(at + 1) },
    );
  }
}

/**
 * Refuses one column that no operation of the input has; `position` is its number in a CSV header, or
 * in its JSON object.
 *
 * @throws InputRefusal PASSWORD_COLUMN or COLUMN_UNKNOWN.
 */
export function refuseColumn(
  name: string,
  known: ReadonlySet<string>,
  where: Where,
  position?: number,
): void {
  if (known.has(name)) return;
  const row = where.row === undefined ? "" : `Row ${where.row}: `;
  const shown = shownName(name, where.row === undefined ? "Column" : "Property", position);
  const isHeader = where.row === undefined && position !== undefined;
  const column = isName(name) ? name : isHeader ? String(position) : undefined;
  if (isPassword(name)) {
    throw new InputRefusal(
      "PASSWORD_COLUMN",
      `${row}${shown} holds passwords, which an input must not contain.`,
      "Remove the column, delete the file from inbox and treat its passwords as disclosed. A password is made when a user is created, and must be changed at the first sign-in. The command leaves such columns out itself: npm run batch -- submit FILE",
      { ...where, column },
    );
  }
  throw new InputRefusal(
    "COLUMN_UNKNOWN",
    `${row}${shown} is not known.${didYouMean(name, known)}`,
    `Correct or remove it. Known columns: ${listed(known)}. Upper and lower case count.`,
    { ...where, column },
  );
}

/**
 * Whether a word may be shown: it looks like a name, of JavaScript or of OData, and not like a value.
 * A value may hold an @, but not before `odata.`.
 */
const isName = (name: string): boolean =>
  /^[A-Za-z_][\w .-]{0,63}$/.test(name) || /^[A-Za-z_][\w.-]{0,63}@odata\.\w{1,32}$/.test(name);

/** A column by its name if it looks like a name, otherwise by its place, because it may be a value. */
function shownName(name: string, kind: "Column" | "Property", position?: number): string {
  if (name === "") return `${kind} ${position ?? "?"}, which has no name,`;
  return isName(name) ? `Column ${name}` : `${kind} ${position ?? "?"}`;
}

/** A first line that has no known column, nor nearly one, is data. */
function refuseNoHeader(
  header: readonly string[],
  known: ReadonlySet<string>,
  file: string | undefined,
): void {
  const isHeader = header.some(
    (name) => known.has(name) || isPassword(name) || nearest(name, known) !== undefined,
  );
  if (isHeader) return;
  throw new InputRefusal(
    "COLUMN_UNKNOWN",
    "The file has no header: its first line names no known column.",
    `Begin the file with a line of column names. Known columns: ${listed(known)}.`,
    { file },
  );
}

function refuseMissing(
  header: readonly string[],
  rules: RowRules<Named>,
  file: string | undefined,
): void {
  const { catalogue, operation } = rules;
  if (operation === undefined && !header.includes(OPERATION)) {
    throw new InputRefusal(
      "COLUMN_MISSING",
      "The column operation is missing, and neither the message nor a folder names the operation.",
      `Add the column, name the operation in the message, or put the file in a folder of inbox named as one of: ${Object.keys(catalogue).join(", ")}.`,
      { file, column: OPERATION },
    );
  }
  const fields = operation === undefined ? {} : (catalogue[operation]?.fields ?? {});
  const missing = Object.keys(fields).filter(
    (name) => fields[name]?.required === true && !header.includes(name),
  );
  if (missing.length === 0) return;
  throw new InputRefusal(
    "COLUMN_MISSING",
    `${operation} needs the ${missing.length === 1 ? "column" : "columns"} ${missing.join(", ")}, which the header does not have.`,
    "Add what is missing, or correct the header's spelling; upper and lower case count.",
    { file, column: missing[0] },
  );
}

const listed = (known: ReadonlySet<string>): string => [...known].join(", ");
