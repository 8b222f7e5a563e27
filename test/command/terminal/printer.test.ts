import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { duration } from "../../../shared/command/terminal/figures.ts";
import { createPrinter, type OutputForm } from "../../../shared/command/terminal/printer.ts";
import { progressLine } from "../../../shared/command/terminal/progress.ts";
import type { BatchStatus } from "../../../shared/records/status.ts";

const rows = [
  { batch: "a", state: "held", verdicts: { held: 2 } },
  { batch: "long-name", state: "ok", verdicts: {} },
];
const cells = ({ batch, state }: (typeof rows)[number]) => ({ batch, state, reason: undefined });

/** What a printer writes to stdout and to stderr. */
const printed = (
  form: OutputForm,
  isTTY: boolean,
  print: (p: ReturnType<typeof createPrinter>) => void,
) => {
  const out: string[] = [];
  const error: string[] = [];
  print(
    createPrinter(form, {
      out: { write: (text: string) => out.push(text) },
      error: { write: (text: string) => error.push(text), isTTY, columns: 10 },
    }),
  );
  return [out.join(""), error.join("")];
};

const draw = (print: ReturnType<typeof createPrinter>): void => print.redraw("0123456789abc");

describe("what the command prints", () => {
  it("is a table with a header as the Azure CLI draws it, without empty columns", () => {
    const [out] = printed("table", false, (print) => print.list(rows, cells, "none"));
    assert.equal(out, "Batch      State\n---------  -----\na          held\nlong-name  ok\n");
  });

  it("is one line a row as tsv, with every column and no header", () => {
    const [out] = printed("tsv", false, (print) => print.list(rows, cells, "none"));
    assert.equal(out, "a\theld\t\nlong-name\tok\t\n");
  });

  it("is the values themselves as json, also of nothing", () => {
    const [out = ""] = printed("json", false, (print) => print.list(rows, cells, "none"));
    assert.deepEqual(JSON.parse(out), rows);
    assert.deepEqual(
      printed("json", false, (print) => print.list([], cells, "none")),
      ["[]\n", ""],
    );
  });

  it("says on stderr that there is nothing, so that a pipe gets nothing", () =>
    assert.deepEqual(
      printed("table", false, (print) => print.list([], cells, "none")),
      ["", "none\n"],
    ));

  it("takes from a value what would command the terminal, or break a line", () => {
    const evil = [{ name: "a\u001B[2Jb\nc\td\u009B" }];
    const [out] = printed("tsv", false, (print) => print.list(evil, (each) => each, ""));
    assert.equal(out, "a[2Jb c d\n");
  });

  it("draws a line again only at a terminal, and no longer than the terminal is wide", () => {
    assert.deepEqual(printed("table", false, draw), ["", ""]);
    assert.deepEqual(printed("table", true, draw), ["", "\r\u001B[K012345678"]);
  });
});

describe("the line that says how far a batch is", () => {
  const status: BatchStatus = {
    version: 1,
    batch: "joiners",
    state: "running",
    rows: 4000,
    verdicts: { done: 900, unchanged: 0, skipped: 0, failed: 100, held: 0, pending: 3000 },
    writesPerSecond: 19.84,
    quotaShare: 0.99,
    throttled: 3,
    etaSeconds: 152,
    updatedAt: "2026-11-21T15:00:00Z",
  };

  it("has a bar, the verdicts, writes a second and the time that is left", () =>
    assert.equal(
      progressLine(status),
      "joiners  running  [######..................] 1,000 of 4,000  done 900, failed 100  19.8 writes/s  2 min 32 s left  throttled 3",
    ));

  it("has neither speed nor time once the batch has ended", () =>
    assert.equal(
      progressLine({
        ...status,
        state: "finished",
        throttled: 0,
        verdicts: { ...status.verdicts, done: 3900, pending: 0 },
      }),
      "joiners  finished  [########################] 4,000 of 4,000  done 3,900, failed 100",
    ));

  it("has durations in units that suit them", () =>
    assert.deepEqual([0.2, 45, 152, 7500, 86_400 * 3].map(duration), [
      "0 s",
      "45 s",
      "2 min 32 s",
      "2 h 5 min",
      "3 d",
    ]));
});
