const LF = 10;
const CR = 13;
const QUOTE = 34;

/** One record: its cells, the place where the next begins, and the line breaks inside its quotes. */
export interface CsvRecord {
  readonly cells: string[];
  readonly next: number;
  readonly breaks: number;
}

/** The record that begins at `start`; `undefined` if more text is needed; a string that says what is wrong. */
export function readRecord(
  text: string,
  start: number,
  separator: string,
  isLast: boolean,
): CsvRecord | string | undefined {
  const cells: string[] = [];
  const split = separator.charCodeAt(0);
  let breaks = 0;
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) === QUOTE) {
      const quoted = readQuoted(text, at, isLast);
      if (quoted === undefined || typeof quoted === "string") return quoted;
      cells.push(quoted.value);
      breaks +=
        quoted.value.includes("\n") || quoted.value.includes("\r") ? breaksIn(quoted.value) : 0;
      at = quoted.next;
    } else {
      const from = at;
      let code = text.charCodeAt(at);
      while (at < text.length && code !== split && code !== LF && code !== CR) {
        code = text.charCodeAt(++at);
      }
      cells.push(text.slice(from, at));
    }
    if (at >= text.length) return isLast ? { cells, next: at, breaks } : undefined;
    const code = text.charCodeAt(at);
    if (code === split) {
      at += 1;
    } else if (code === LF) {
      return { cells, next: at + 1, breaks };
    } else if (code === CR) {
      if (at + 1 >= text.length && !isLast) return undefined;
      return { cells, next: at + (text.charCodeAt(at + 1) === LF ? 2 : 1), breaks };
    } else {
      return `column ${cells.length} goes on after its closing quote`;
    }
  }
}

/** The quoted cell whose opening quote is at `open`. */
function readQuoted(
  text: string,
  open: number,
  isLast: boolean,
): { readonly value: string; readonly next: number } | string | undefined {
  let value = "";
  let from = open + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close < 0) return isLast ? "a quote is opened and never closed" : undefined;
    if (close + 1 >= text.length && !isLast) return undefined;
    if (text.charCodeAt(close + 1) !== QUOTE) {
      return { value: value + text.slice(from, close), next: close + 1 };
    }
    value += text.slice(from, close + 1);
    from = close + 2;
  }
}

const breaksIn = (value: string): number => value.match(/\r\n|\n|\r/g)?.length ?? 0;
