import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compileRow } from "../../shared/batches/input/compile-row.ts";
import { isToPlan, readInboxPath } from "../../shared/batches/input/inbox-path.ts";
import { readEnvelope } from "../../shared/batches/message/envelope.ts";
import { recordOf } from "../../shared/core/record.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { readCertificateMessage } from "../../shared/policies/roll-certificate/roll-certificate-message.ts";
import { checkDecision } from "../../shared/records/decisions/decision.ts";
import { tenantOfRing } from "../../shared/runner/slice/ring-message.ts";
import { decodeMessage } from "../../shared/storage/decode-message.ts";
import { openWorkshop } from "../batches/workshop.ts";
import { fencesOf, pages, read, spansOf } from "./pages.ts";

const id = "aaaaaaaa-0000-4000-8000-000000000001";
const operations = Object.keys(catalogue);
const allowed = { homeTenant: id, tenants: [id], operations };
const own = { name: "graph-client", vaultUri: "https://demo.vault.azure.net" };

/** What each page shows messages of, and the parser that takes those. */
const parsers: Readonly<Record<string, (message: unknown) => void>> = {
  "docs/decisions.md": (message) => void checkDecision(message),
  "docs/messages.md": (message) => {
    const found = readEnvelope(message, allowed);
    assert.ok(found.kind === "batch");
    const { file, operation, rows = [] } = found.message;
    if (file !== undefined) readInboxPath(file, operations);
    for (const cells of rows) assertGood(cells, operation);
  },
  "docs/rotation.md": (message) => assert.equal(readCertificateMessage(message, own).kind, "roll"),
  "docs/runbook.md": (message) => {
    if (!JSON.stringify(message).includes('"resume"')) return void tenantOfRing(message);
    const tenants = [id, "11111111-2222-4333-8444-555555555555"];
    assert.equal(readEnvelope(message, { ...allowed, tenants }).kind, "resume");
  },
};

/** A row that its operation takes. */
function assertGood(cells: Readonly<Record<string, unknown>>, operation?: string): void {
  const compiled = compileRow({ row: 1, line: 1, cells }, { catalogue, operation });
  assert.ok(!("invalid" in compiled), JSON.stringify(cells));
}

/** The paths that a jq filter reads of each row of report.json. */
const pathsIn = (page: string): string[][] =>
  [...page.matchAll(/[( ]\.(operation|verdict|objectId|input\.\w+)\b/g)].map(([, path = ""]) =>
    path.split("."),
  );

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
      ["user.disable", undefined, "user.disable", undefined],
    );
    const planned = said.filter((span) => isToPlan(span.slice("inbox/".length)));
    assert.deepEqual(planned, said.slice(2));
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
    assert.ok(enable && edge && user);
    assertGood(enable, "user.update");
    assertGood(edge, "group.add-member");
    assertGood(edge, "group.remove-member");
    assertGood(user, "user.delete");
  });

  it("of a filter reads what report.json has", async () => {
    const { blobs, batches, deliver, directory } = openWorkshop();
    const group = directory.addGroup("Sales");
    const member = directory.addUser("ann@contoso.com");
    const rows = [{ operation: "group.add-member", group, member }];
    const { folder = "" } = await deliver({ version: 1, batch: "b", mode: "apply", rows });
    const done = { verdict: "done", objectId: member } as const;
    await batches.finishBatch(folder, async () => new Map([[1, done]]));
    const report = recordOf(blobs.batches.json(`${folder}/report.json`));
    const [row] = report["rows"] as readonly unknown[];
    const paths = pathsIn(read("docs/runbook.md"));
    assert.ok(paths.length > 4);
    for (const path of paths) {
      const found = path.reduce<unknown>((value, name) => recordOf(value)[name], row);
      assert.equal(typeof found, "string", path.join("."));
    }
    for (const name of ["row", "operation", "input"]) assert.ok(name in recordOf(row), name);
  });
});
