import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { recipesOf } from "../../shared/app/recipes.ts";
import { readInput } from "../../shared/batches/formats/read-input.ts";
import { compileRow, readRow } from "../../shared/batches/input/compile-row.ts";
import { isToPlan, readInboxPath } from "../../shared/batches/input/inbox-path.ts";
import { keptColumns, refuseGiven } from "../../shared/batches/input/mapped-columns.ts";
import { createMapper } from "../../shared/batches/mapping/mapper.ts";
import { readMapping } from "../../shared/batches/mapping/mapping.ts";
import { readEnvelope } from "../../shared/batches/message/envelope.ts";
import { readOwnRecipe } from "../../shared/batches/recipes/own-recipes.ts";
import { isRecord } from "../../shared/core/record.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { readCertificateMessage } from "../../shared/policies/roll-certificate/roll-certificate-message.ts";
import { checkDecision } from "../../shared/records/decisions/decision.ts";
import { tenantOfRing } from "../../shared/runner/slice/ring-message.ts";
import { decodeMessage } from "../../shared/storage/decode-message.ts";
import { directoryIn } from "../cloud/directory-file.ts";
import { fencesOf, pages, read as textOf, spansOf } from "./pages.ts";

const id = "aaaaaaaa-0000-4000-8000-000000000001";
const operations = Object.keys(catalogue);
const allowed = { homeTenant: id, tenants: [id], operations };
const own = { name: "graph-client", vaultUri: "https://demo.vault.azure.net" };

/** What each page shows messages of, and the parser that takes those. */
const parsers: Readonly<Record<string, (message: unknown) => void>> = {
  "docs/decisions.md": (message) => void checkDecision(message),
  "docs/graph-of-your-own.md": (file) => void directoryIn(file, "people.json"),
  "docs/input.md": (message) => {
    const mapper = createMapper(readMapping(JSON.stringify(message), "x"), "x", keptColumns);
    refuseGiven({ catalogue, operation: mapper.mapping.operation, mapper });
  },
  "docs/messages.md": (message) => {
    const found = readEnvelope(message, allowed);
    assert.ok(found.kind === "batch");
    const { file, operation, rows = [] } = found.message;
    if (file !== undefined) readInboxPath(file, operations);
    for (const cells of rows) assertGood(cells, operation);
  },
  "docs/recipes.md": (message) => {
    const recipes = recipesOf(catalogue);
    if (isRecord(message) && "steps" in message) {
      const path = `recipes/${String(message["name"])}.json`;
      const read = readOwnRecipe(path, JSON.stringify(message), { catalogue, recipes });
      assert.ok("steps" in read, read instanceof Error ? read.message : "");
      return;
    }
    const found = readEnvelope(message, { ...allowed, operations: Object.keys(recipes) });
    assert.ok(found.kind === "batch");
    const { operation, rows = [] } = found.message;
    for (const cells of rows) {
      const read = readRow({ row: 1, line: 1, cells }, { catalogue: recipes, operation });
      assert.ok(!("invalid" in read), JSON.stringify(cells));
    }
  },
  "docs/rotation.md": (message) => assert.equal(readCertificateMessage(message, own).kind, "roll"),
  "docs/rows.md": (row) => {
    assert.ok(isRecord(row));
    assertGood(row);
  },
  "docs/runbook.md": (message) => {
    if (!JSON.stringify(message).includes('"resume"')) return void tenantOfRing(message);
    const tenants = [id, "11111111-2222-4333-8444-555555555555"];
    assert.equal(readEnvelope(message, { ...allowed, tenants }).kind, "resume");
  },
};

/** Pages that show whole documents. */
const DOCUMENTS = new Set(["docs/graph-of-your-own.md", "docs/input.md"]);

/** A row that its operation takes. */
function assertGood(cells: Readonly<Record<string, unknown>>, operation?: string): void {
  const compiled = compileRow({ row: 1, line: 1, cells }, { catalogue, operation });
  assert.ok(!("invalid" in compiled), JSON.stringify(cells));
}

/** Every CSV file that a page shows, with the name of the section that it stands in. */
const csvExamples = () =>
  pages.flatMap((page) =>
    textOf(page)
      .split(/^## /m)
      .flatMap((section) =>
        [...section.matchAll(/^```csv\n(.*?)^```/gms)].map(([, text = ""]) => ({
          page,
          name: section.split("\n")[0],
          text,
        })),
      ),
  );

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe("an example in the documentation", () => {
  it("of a message is taken by the parser of its queue", () => {
    let shown = 0;
    for (const page of pages) {
      const contents = fencesOf(page, "sh").flatMap((text) =>
        [...text.matchAll(/--content '([^']+)'/g)].map(([, content = ""]) => content),
      );
      for (const example of [...fencesOf(page, "json"), ...contents]) {
        const parse = parsers[page];
        assert.ok(parse, `${page} shows JSON that no parser here takes`);
        // One message a line, or one document.
        const isDocument = DOCUMENTS.has(page) || example.startsWith("{\n");
        const texts = isDocument ? [example] : example.trim().split("\n");
        for (const text of texts) parse(decodeMessage(text));
        shown += 1;
      }
    }
    assert.ok(shown >= 5);
  });

  it("of a CSV file has rows that their operation takes", async () => {
    const all = { ...catalogue, ...recipesOf(catalogue) };
    const shown = new Set<string>();
    for (const { page, name, text } of csvExamples()) {
      for await (const { rows, fault } of readInput(bytesOf(text), "csv")) {
        assert.equal(fault, undefined, `${page}: ${text}`);
        for (const row of rows) {
          const operation = name !== undefined && Object.hasOwn(all, name) ? name : undefined;
          const good = readRow(row, { catalogue: all, operation });
          assert.ok(!("invalid" in good), `${page}: ${JSON.stringify([row, good])}`);
          if (operation !== undefined) shown.add(operation);
        }
      }
    }
    assert.deepEqual(
      operations.filter((operation) => !shown.has(operation)),
      [],
    );
  });

  it("of a file's path names the operation that the page says", () => {
    const said = spansOf("docs/messages.md").filter((span) => /^inbox\/.*\.csv$/.test(span));
    const found = said.map((span) => readInboxPath(span.slice("inbox/".length), operations));
    assert.deepEqual(
      found.map(({ operation }) => operation),
      ["user.disable", undefined, "group.add-member", undefined, "user.disable", undefined],
    );
    const planned = said.filter((span) => isToPlan(span.slice("inbox/".length)));
    assert.deepEqual(planned, said.slice(4));
  });

  it("of a value is what a field takes", () => {
    const spans = spansOf("docs/messages.md");
    const dates = spans.filter((span) => /^\d{4}-\d\d-\d\d/.test(span));
    assert.equal(dates.length, 2);
    for (const employeeHireDate of dates) assertGood({ user: id, employeeHireDate }, "user.update");
    for (const accountEnabled of ["true", "false"]) {
      assert.ok(spans.includes(accountEnabled));
      assertGood({ user: id, accountEnabled }, "user.update");
    }
    assert.ok(spans.includes("(clear)"));
    assertGood({ user: id, city: "(clear)" }, "user.update");
  });
});
