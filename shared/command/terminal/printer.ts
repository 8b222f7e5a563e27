import { type Cells, tableText, tsvText } from "./table.ts";

/** How results are written. */
export type OutputForm = "table" | "json" | "tsv";

/** Writes results to stdout and everything else to stderr, so that results can be piped. */
export interface Printer {
  readonly form: OutputForm;
  /** Whether a person watches stderr, and its lines may be drawn again. */
  readonly isTerminal: boolean;
  /** A list: as `json` the values themselves, otherwise a line each with the cells of `toCells`. */
  list<T>(values: readonly T[], toCells: (value: T) => Cells, empty: string): void;
  /** One thing: as `json` the value itself, as `tsv` the cells, as a table `text`. */
  one(value: object, cells: Cells, text: () => string): void;
  /** Text that is the result itself, in every form. */
  raw(text: string): void;
  /** A remark for a person, on stderr. */
  note(text: string): void;
  /** Draws the line again if a person watches; otherwise nothing. An empty line ends it. */
  redraw(line: string): void;
}

/** The two streams that a printer writes to. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly error: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
}

export function createPrinter(form: OutputForm, { out, error }: Streams): Printer {
  const isTerminal = error.isTTY === true;
  const line = (text: string): void => void out.write(text.endsWith("\n") ? text : `${text}\n`);
  const json = (value: unknown): void => line(JSON.stringify(value, undefined, 2));
  return {
    form,
    isTerminal,
    list: (values, toCells, empty) => {
      if (form === "json") return json(values);
      const rows = values.map(toCells);
      if (form === "tsv") return void out.write(tsvText(rows));
      if (rows.length === 0) error.write(`${empty}\n`);
      else line(tableText(rows));
    },
    one: (value, cells, text) => {
      if (form === "json") return json(value);
      if (form === "tsv") return void out.write(tsvText([cells]));
      line(text());
    },
    raw: line,
    note: (text) => void error.write(`${text}\n`),
    redraw: (text) => {
      if (!isTerminal) return;
      const short = text.slice(0, (error.columns ?? 120) - 1);
      error.write(text === "" ? "\r\u001B[K" : `\r\u001B[K${short}`);
    },
  };
}
