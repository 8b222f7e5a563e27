import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compileRow } from "../../shared/batches/compile-row.ts";
import { decodeMessage } from "../../shared/batches/decode-message.ts";
import { readEnvelope } from "../../shared/batches/envelope.ts";
import { readInboxPath } from "../../shared/batches/inbox-path.ts";
import { catalogue } from "../../shared/catalogue/catalogue.ts";
import { readCertificateMessage } from "../../shared/policies/roll-certificate-message.ts";
import { tenantOfRing } from "../../shared/runner/ring.ts";
import { fencesOf, pages, read, spansOf } from "./pages.ts";

const id = "aaaaaaaa-0000-4000-8000-000000000001";
const operations = Object.keys(catalogue);
const allowed = { homeTenant: id, tenants: [id], operations };
const own = { name: "graph-client", vaultUri: "https://demo.vault.azure.net" };

/** What each page shows messages of, and the parser that takes those. */
const parsers: Readonly<Record<string, (message: unknown) => void>> = {
  "docs/messages.md": (message) => {
    const found = readEnvelope(message, allowed);
    assert.ok(found.kind === "batch");
    const { file, operation, rows = [] } = found.message;
    if (file !== undefined) readInboxPath(file, operations);
    for (const cells of rows) assertGood(cells, operation);
  },
  "docs/rotation.md": (message) => assert.equal(readCertificateMessage(message, own).kind, "roll"),
  "docs/runbook.md": (message) => void tenantOfRing(message),
};

/** A row that its operation takes. */
function assertGood(cells: Readonly<Record<string, unknown>>, operation?: string): void {
  const compiled = compileRow({ row: 1, line: 1, cells }, { catalogue, operation });
  assert.ok(!("invalid" in compiled), JSON.stringify(cells));
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
        for (const line of example.trim().split("\n")) parse(decodeMessage(line));
        shown += 1;
      }
    }
    assert.ok(shown >= 5);
  });

  it("of a file's path names the operation that the page says", () => {
    const said = spansOf("docs/messages.md").filter((span) => /^inbox\/.*\.csv$/.test(span));
    const found = said.map((span) => readInboxPath(span.slice("inbox/".length), operations));
    assert.deepEqual(
      found.map(({ operation }) => operation),
      ["user.disable", undefined],
    );
  });

  it("of rows that undo a batch is what their operations take", () => {
    const page = read("docs/runbook.md");
    const values: Readonly<Record<string, unknown>> = {
      ".objectId": id,
      ".input.group": "Sales",
      true: true,
    };
    const shapes = [...page.matchAll(/\{(\w+: [.\w]+(?:, \w+: [.\w]+)*)\}/g)].map(
      ([, text = ""]) => {
        const pairs = text.split(", ").map((pair) => pair.split(": "));
        return Object.fromEntries(pairs.map(([name = "", from = ""]) => [name, values[from]]));
      },
    );
    assert.equal(shapes.length, 3);
    const [enable, edge, user] = shapes;
    assertGood(enable!, "user.update");
    assertGood(edge!, "group.add-member");
    assertGood(edge!, "group.remove-member");
    assertGood(user!, "user.delete");
  });
});
