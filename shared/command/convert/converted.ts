import { extname } from "node:path";

import { csvLine } from "../../batches/formats/csv.ts";
import { templateOf } from "../../batches/input/entra-template.ts";
import { isPassword } from "../../catalogue/payload.ts";
import { InputRefusal } from "../../core/input-refusal.ts";
import { operationTable } from "../operation-table/operation-table.ts";
import { usageError } from "../terminal/command-error.ts";
import { readCsv } from "./csv-table.ts";
import { readJson } from "./json-rows.ts";
import type { Table } from "./table.ts";

/** What a conversion is asked. */
export interface Conversion {
  readonly sheet?: string | undefined;
  readonly operation?: string | undefined;
  /** Cells that every row gets: column=value. */
  readonly set?: readonly string[] | undefined;
  /** The encoding of a CSV file that is not Unicode. */
  readonly encoding?: string | undefined;
  /** The path of a mapping: it says what the columns are, so that no template does. */
  readonly mapping?: string | undefined;
  /** Tells a person what was dropped. */
  readonly note: (text: string) => void;
}

/** The endings of files that a person fills in, and that are converted before they are sent. */
const WORKBOOKS = [".xlsx", ".xlsm"];
export const isWorkbook = (path: string): boolean =>
  WORKBOOKS.includes(extname(path).toLowerCase());
const isTable = (path: string): boolean => /\.(csv|tsv)$/i.test(path);

/** A file as rows that may be sent. */
export interface Converted {
  readonly ending: ".csv" | ".jsonl";
  /** The operation of every row, if the file's columns say it. */
  readonly operation?: string | undefined;
  /** The text, line by line; read once. */
  readonly lines: AsyncIterable<string>;
}

/**
 * Converts a workbook, or CSV that cannot be sent as it is: columns of passwords are dropped before anything
 * leaves this machine, and a bulk template of Entra gets the names of the operation's columns. Nothing for a file that
 * can be sent as it is.
 *
 * @throws CommandError
 */
export async function convert(path: string, how: Conversion): Promise<Converted | undefined> {
  if (how.sheet !== undefined && !isWorkbook(path)) {
    throw usageError("--sheet is for workbooks.", "Leave it out.");
  }
  if (how.encoding !== undefined && !isTable(path)) {
    throw usageError("--encoding is for CSV.", "Leave it out: the file says its own.");
  }
  if (!isWorkbook(path) && !isTable(path)) return convertJson(path, how);
  const table = isWorkbook(path)
    ? await (await import("./workbook.ts")).readWorkbook(path, how)
    : await readCsv(path, how.encoding);
  const kept = withoutPasswords(table, how);
  const set = cellsOf(how.set ?? []);
  const template = how.mapping === undefined ? templateIn(kept.header, how, set) : undefined;
  const isPlain = how.encoding === undefined && set.size === 0;
  const isAsItIs = kept === table && template === undefined && isPlain;
  if (isAsItIs && !isWorkbook(path)) return undefined;
  return {
    ending: ".csv",
    operation: template?.operation,
    lines: linesOf(kept, template, { set, note: how.note }),
  };
}

/** JSON without properties that hold passwords; nothing if it has none. */
async function convertJson(
  path: string,
  { set = [], note }: Conversion,
): Promise<Converted | undefined> {
  if (set.length > 0) {
    throw usageError(
      "--set needs CSV or a workbook.",
      "Write the value into each row of the file.",
    );
  }
  const dropped = new Set<string>();
  for await (const cells of readJson(path)) {
    for (const name of Object.keys(cells)) if (isSecret(name)) dropped.add(name);
  }
  if (dropped.size === 0) return undefined;
  note(droppedNote([...dropped]));
  return {
    ending: ".jsonl",
    lines: (async function* lines() {
      for await (const cells of readJson(path)) {
        const kept = Object.entries(cells).filter(([name]) => !dropped.has(name));
        yield `${JSON.stringify(Object.fromEntries(kept))}\n`;
      }
    })(),
  };
}

const droppedNote = (names: readonly string[]): string =>
  `Dropped here, before anything is sent: ${names.join(", ")}. The product makes a random password itself, which must be changed at the first sign-in. Delete the file if nobody needs it: it holds passwords.`;

const known = new Set(
  operationTable.flatMap(({ required, optional }) => [...required, ...optional]),
);

/** The property of Entra's template for new users that is none of the operation's. */
const isSecret = (name: string): boolean =>
  /\[\s*passwordProfile\s*\]/.test(name) || (isPassword(name) && !known.has(name));

function withoutPasswords(table: Table, { note }: Conversion): Table {
  const dropped = table.header.filter(isSecret);
  if (dropped.length === 0) return table;
  note(droppedNote(dropped));
  const places = table.header.flatMap((name, at) => (isSecret(name) ? [] : at));
  const pick = (cells: readonly string[]): readonly string[] => places.map((at) => cells[at] ?? "");
  return {
    header: pick(table.header),
    rows: (async function* picked() {
      for await (const cells of table.rows) yield pick(cells);
    })(),
  };
}

/** @throws CommandError if a cell is not written as column=value */
function cellsOf(typed: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    typed.map((text) => {
      const at = text.indexOf("=");
      if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const;
      throw usageError(
        `${text} is no cell.`,
        "Write --set column=value, such as --set group=Nurses.",
      );
    }),
  );
}

type Template = ReturnType<typeof templateOf>;

/** The operations as far as this command knows them. */
const catalogue = Object.fromEntries(
  operationTable.map(({ name, required, optional }) => [
    name,
    {
      fields: Object.fromEntries([
        ...optional.map((column) => [column, { required: false }] as const),
        ...required.map((column) => [column, { required: true }] as const),
      ]),
    },
  ]),
);

function templateIn(
  header: readonly string[],
  { operation }: Conversion,
  set: ReadonlyMap<string, string>,
): Template {
  try {
    return templateOf(header, { catalogue, operation, group: set.get("group") });
  } catch (error) {
    if (!(error instanceof InputRefusal)) throw error;
    throw error.where.column === "group"
      ? usageError(error.what, "Say which: --set group=<its object id or display name>.")
      : usageError(
          error.what,
          error.where.column === "operation"
            ? "Say what is to be done: --operation user.delete."
            : error.fix,
        );
  }
}

async function* linesOf(
  { header, rows }: Table,
  template: Template,
  {
    set,
    note,
  }: { readonly set: ReadonlyMap<string, string>; readonly note: (text: string) => void },
): AsyncGenerator<string> {
  const own = template ? Object.values(template.mapper.mapping.columns) : header;
  const added = [...set.keys()].filter((column) => !own.includes(column));
  const double = [...set.keys()].find((column) => own.includes(column));
  if (double !== undefined) {
    throw usageError(`The file has a column ${double} already.`, `Leave out --set ${double}=…`);
  }
  yield csvLine([...own, ...added]);
  let row = 0;
  let examples = 0;
  for await (const cells of rows) {
    row += 1;
    const texts = template ? templateRow(template, { header, cells, row }) : cells;
    if (texts === undefined) examples += 1;
    else yield csvLine([...texts, ...added.map((column) => set.get(column) ?? "")]);
  }
  if (examples > 0) note(`Left out: ${examples} row of examples (Example: …).`);
}

/** A row of a template with the operation's columns; nothing of a row of examples. */
function templateRow(
  { mapper }: NonNullable<Template>,
  {
    header,
    cells,
    row,
  }: {
    readonly header: readonly string[];
    readonly cells: readonly string[];
    readonly row: number;
  },
): readonly string[] | undefined {
  const sent = Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ""]));
  const { cells: made, faults, leftOut } = mapper.map(sent);
  if (leftOut !== undefined) return undefined;
  const [fault] = faults;
  if (fault !== undefined) {
    throw usageError(
      `Row ${row}: ${fault.column} ${fault.rule}.`,
      "Correct the row: Block sign in is Yes or No.",
    );
  }
  return Object.values(mapper.mapping.columns).map((column) => {
    const cell = made[column];
    return typeof cell === "string" ? cell : "";
  });
}
