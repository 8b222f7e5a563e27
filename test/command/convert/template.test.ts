import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { recipesOf } from "../../../shared/app/recipes.ts";
import type { InputRow } from "../../../shared/batches/formats/input-row.ts";
import { readInput } from "../../../shared/batches/formats/read-input.ts";
import { readRow } from "../../../shared/batches/input/compile-row.ts";
import type { Desk } from "../../../shared/command/desk/desk.ts";
import { operationTable } from "../../../shared/command/operation-table/operation-table.ts";
import { createPrinter } from "../../../shared/command/terminal/printer.ts";
import { template, type TemplateOptions } from "../../../shared/command/verbs/template.ts";
import { catalogue } from "../../../shared/operations/list.ts";
import { openWorkshop, shardRows } from "../../batches/workshop.ts";

/** Operations and recipes. */
const known = { ...catalogue, ...recipesOf(catalogue) };

/** What the verb prints. */
function printed(operation: string, options: TemplateOptions): string {
  let out = "";
  const sink = { write: () => true };
  const print = createPrinter("table", {
    out: { write: (text) => void (out += text) },
    error: sink,
  });
  const desk: Pick<Desk, "print" | "options" | "self"> = {
    print,
    options: { output: "table" },
    self: "batch",
  };
  template(desk, operation, options);
  return out;
}

/** The rows of a file. */
async function rowsOf(text: string, format: "csv" | "jsonl") {
  const bytes = (async function* all() {
    yield Buffer.from(text);
  })();
  const found: InputRow[] = [];
  for await (const { rows, fault } of readInput(bytes, format)) {
    assert.equal(fault, undefined);
    found.push(...rows);
  }
  return found;
}

describe("a file to fill in", () => {
  for (const { name, required } of operationTable) {
    it(`of ${name} is a good row once it is filled in, in CSV and JSON`, async () => {
      for (const [options, format] of [
        [{}, "csv"],
        [{ all: true }, "csv"],
        [{ json: true }, "jsonl"],
      ] as const) {
        const rows = await rowsOf(printed(name, options), format);
        assert.equal(rows.length, 1);
        const [row] = rows;
        assert.deepEqual(
          required.filter((column) => !(column in (row?.cells ?? {}))),
          [],
        );
        const compiled = readRow(
          { ...row!, cells: { ...row?.cells, skip: "" } },
          { catalogue: known, operation: name },
        );
        assert.ok(!("invalid" in compiled), JSON.stringify(compiled));
      }
    });
  }

  it("does nothing if it is sent as it was printed", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    const folder = await workshop.drop("user.disable/x.csv", printed("user.disable", {}));
    const [row] = shardRows(workshop.blobs.batches, folder);
    assert.equal(row?.verdict, "skipped");
    assert.match(row?.reason ?? "", /Left out by its sender: An example/);
  });
});
