import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { limits } from "../../../shared/core/limits.ts";
import { openWorkshop, shardRows } from "../workshop.ts";

const ann = "ann@contoso.com";

/** Drops a file and reads, as an operator would, what is said of it. */
async function dropped(path: string, content: string | Uint8Array) {
  const workshop = openWorkshop();
  workshop.directory.addUser(ann);
  const folder = await workshop.drop(path, content);
  return { ...workshop, folder };
}

describe("a whole file is refused, and refused.json names the place and a fix", () => {
  const refused: readonly {
    when: string;
    path?: string;
    content: string | Uint8Array;
    code: string;
    says: RegExp;
    fix: RegExp;
    at?: { row?: number; column?: string };
  }[] = [
    { when: "it is empty", content: "", code: "FILE_EMPTY", says: /is empty/, fix: /export/ },
    {
      when: "it has a header only",
      content: "user\r\n",
      code: "FILE_EMPTY",
      says: /a header and no rows/,
      fix: /export/,
    },
    {
      when: "it has no header",
      content: `${ann}\nbob@contoso.com\n`,
      code: "COLUMN_UNKNOWN",
      says: /has no header/,
      fix: /Begin the file with a line of column names/,
    },
    {
      when: "a column is unknown",
      content: `user,Departmnt\n${ann},Sales\n`,
      path: "user.update/x.csv",
      code: "COLUMN_UNKNOWN",
      says: /Column Departmnt is not known\. Did you mean department\?/,
      fix: /Known columns: operation, user,/,
      at: { column: "Departmnt" },
    },
    {
      when: "a column is one that its operation does not have",
      content: `user,department\n${ann},Sales\n`,
      code: "COLUMN_UNKNOWN",
      says: /Column department is not known/,
      fix: /Known columns: operation, user, note, skip, stage\./,
      at: { column: "department" },
    },
    {
      when: "a property of a JSON line is unknown",
      path: "user.update/x.jsonl",
      content: `{"user":"${ann}","city":"Oslo"}\n{"user":"${ann}","citty":"Oslo"}\n`,
      code: "COLUMN_UNKNOWN",
      says: /Row 2: Column citty is not known\. Did you mean city\?/,
      fix: /Correct or remove it/,
      at: { row: 2, column: "citty" },
    },
    {
      when: "a property of a JSON line is an OData annotation",
      path: "user.update/x.jsonl",
      content: `{"user":"${ann}","manager@odata.bind":"https://graph.microsoft.com/v1.0/users/1"}\n`,
      code: "COLUMN_UNKNOWN",
      says: /Row 1: Column manager@odata\.bind is not known/,
      fix: /Correct or remove it/,
      at: { row: 1, column: "manager@odata.bind" },
    },
    {
      when: "a property of a JSON line would change a prototype",
      path: "user.update/x.jsonl",
      content: `{"user":"${ann}","__proto__":{"city":"Oslo"}}\n`,
      code: "COLUMN_UNKNOWN",
      says: /Row 1: Column __proto__ is not known/,
      fix: /Correct or remove it/,
      at: { row: 1, column: "__proto__" },
    },
    {
      when: "a property of a JSON line looks like a value, which is not shown",
      path: "user.update/x.jsonl",
      content: `{"user":"${ann}","bob@contoso.com":"Oslo"}\n`,
      code: "COLUMN_UNKNOWN",
      says: /Row 1: Property 2 is not known/,
      fix: /Correct or remove it/,
      at: { row: 1 },
    },
    {
      when: "a cell holds a zero character",
      path: "user.update/x.csv",
      content: `user,city\n${ann},Oslo\n${ann},Os\u0000lo\n`,
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 3\): A cell holds a zero character \(NUL\)/,
      fix: /Remove it/,
      at: { row: 2 },
    },
    {
      when: "a required column is missing",
      path: "user.create/x.csv",
      content: "userPrincipalName\nnew@contoso.com\n",
      code: "COLUMN_MISSING",
      says: /user\.create needs the column displayName/,
      fix: /Add what is missing/,
      at: { column: "displayName" },
    },
    {
      when: "nothing names the operation",
      path: "x.csv",
      content: `user\n${ann}\n`,
      code: "COLUMN_MISSING",
      says: /The column operation is missing/,
      fix: /put the file in a folder of inbox named as one of: .*group\.add-member/,
      at: { column: "operation" },
    },
    {
      when: "a column appears twice",
      content: `user,operation,user\n${ann},,${ann}\n`,
      code: "COLUMN_DUPLICATE",
      says: /column user twice \(columns 1 and 3\)/,
      fix: /Keep one/,
      at: { column: "user" },
    },
    ...["password", "Password", "passwordProfile", "Initial Password", "temp_pwd", "Kennwort"].map(
      (column) => ({
        when: `it has a column ${column}`,
        path: "user.create/x.csv",
        content: `userPrincipalName,displayName,${column}\nnew@contoso.com,New,Hunter2hunter2\n`,
        code: "PASSWORD_COLUMN",
        says: /holds passwords/,
        fix: /treat its passwords as disclosed/,
        at: { column },
      }),
    ),
    {
      when: "a JSON line has a password profile",
      path: "user.create/x.jsonl",
      content: `{"userPrincipalName":"new@contoso.com","displayName":"New","passwordProfile":{"password":"Hunter2hunter2"}}\n`,
      code: "PASSWORD_COLUMN",
      says: /Row 1: Column passwordProfile holds passwords/,
      fix: /Remove the column/,
      at: { row: 1, column: "passwordProfile" },
    },
    {
      when: "its bytes are not in the encoding they seem to have",
      content: Buffer.concat([Buffer.from(`user\n${ann}\nzo`), Buffer.from([0xeb, 0x0a])]),
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 3\): The file holds bytes that are not UTF-8/,
      fix: /CSV UTF-8/,
      at: { row: 2 },
    },
    {
      when: "it is a workbook with the ending of a CSV file",
      content: Buffer.from("504b03041400060008000000", "hex"),
      code: "FILE_UNREADABLE",
      says: /workbook/,
      fix: /CSV UTF-8/,
    },
    {
      when: "a quote is never closed",
      content: `user\n${ann}\n"bob@contoso.com\n`,
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 3\): a quote is opened and never closed/,
      fix: /RFC 4180/,
      at: { row: 2 },
    },
    {
      when: "a line is not JSON",
      path: "user.disable/x.jsonl",
      content: `{"user":"${ann}"}\n{"user":\n`,
      code: "FILE_UNREADABLE",
      says: /^Row 2 \(line 2\): it is not JSON/,
      fix: /one JSON object on each line/,
      at: { row: 2 },
    },
    {
      when: "a row has more than 64 KiB",
      content: `user\n${ann}\n${"x".repeat(65_537)}\n`,
      code: "ROW_TOO_LARGE",
      says: /^Row 2 \(line 3\): it has more than 65,536 bytes/,
      fix: /Close the quote, or shorten/,
      at: { row: 2 },
    },
    {
      when: "more than a tenth of its rows is invalid",
      content: `user\n${ann}\n${`${ann}\n`.repeat(16)}not a name\n4711\n`,
      code: "TOO_MANY_INVALID_ROWS",
      says: /^2 of 19 rows \(10\.5 %\) .+ at most 10 % may\. row 18: user must be an object id/,
      fix: /MAX_INVALID_ROWS_PERCENT/,
      at: { row: 18, column: "user" },
    },
    {
      when: "its folder nearly names an operation",
      path: "user.disabled/x.csv",
      content: `user\n${ann}\n`,
      code: "OPERATION_UNKNOWN",
      says: /Did you mean user\.disable\?/,
      fix: /Move the file/,
    },
    {
      when: "its name does not show a format",
      path: "user.disable/leavers.xlsx",
      content: "PK",
      code: "FILE_NAME_INVALID",
      says: /does not say its format/,
      fix: /\.csv/,
    },
    {
      when: "its name holds ../",
      path: "../leavers.csv",
      content: `user\n${ann}\n`,
      code: "FILE_NAME_INVALID",
      says: /\.\. step/,
      fix: /user\.disable\/leavers\.csv/,
    },
  ];
  for (const { when, path = "user.disable/x.csv", content, code, says, fix, at = {} } of refused) {
    it(`when ${when}`, async () => {
      const { blobs, folder, rings, events, ...workshop } = await dropped(path, content);
      const note = workshop.refused(folder);
      assert.equal(note["code"], code);
      assert.match(String(note["what"]), says);
      assert.match(String(note["fix"]), fix);
      assert.equal(note["version"], 1);
      if (!path.includes("..")) assert.equal(note["file"], path);
      assert.deepEqual(
        { row: note["row"], column: note["column"] },
        { row: undefined, column: undefined, ...at },
      );

      const said = JSON.stringify([note, events, blobs.batches.json(`${folder}/status.json`)]);
      assert.doesNotMatch(said, /contoso|Hunter2|4711/, "a value of the file leaked");
      assert.equal(blobs.batches.json(`${folder}/status.json`)["state"], "refused");
      assert.deepEqual(
        events.map(({ event, ...fields }) => [event, "code" in fields && fields.code]),
        [["batch.refused", code]],
      );
      assert.deepEqual([rings, [...blobs.runner.blobs.keys()]], [[], []]);
      assert.ok(![...blobs.batches.blobs.keys()].some((key) => /shards|plan|input$/.test(key)));
    });
  }

  it("when it has more rows or bytes than the limit", async () => {
    for (const [limit, code] of [
      [{ rows: 3 }, "TOO_MANY_ROWS"],
      [{ fileBytes: 60 }, "FILE_TOO_LARGE"],
    ] as const) {
      const workshop = openWorkshop({ limits: limit });
      const folder = await workshop.drop("user.disable/x.csv", `user\n${`${ann}\n`.repeat(4)}`);
      assert.equal(workshop.refused(folder)["code"], code);
      assert.match(String(workshop.refused(folder)["fix"]), /Split it/);
    }
    assert.deepEqual([limits.rows, limits.fileBytes], [1_000_000, 2 ** 30]);
  });
});

describe("a file is taken", () => {
  const rows = `user,displayName,otherMails\n${ann},"Ann ""A"",\nof Sales",a@x.com|b@x.com\n`;
  const wanted = { displayName: 'Ann "A",\nof Sales', otherMails: ["a@x.com", "b@x.com"] };
  const one = `user,department\n${ann},Forschung & Zoë\n`;
  const taken: Readonly<Record<string, string | Uint8Array>> = {
    "in UTF-8": one,
    "in UTF-8 with a byte order mark": `\uFEFF${one}`,
    "in UTF-16 little endian": Buffer.from(`\uFEFF${one}`, "utf16le"),
    "in UTF-16 big endian": Buffer.from(`\uFEFF${one}`, "utf16le").swap16(),
    "with CRLF": one.replaceAll("\n", "\r\n"),
    "with semicolons": one.replaceAll(",", ";"),
    "with tabs": one.replaceAll(",", "\t"),
    "with blank lines and no last line break": `\n${one.trimEnd()}`,
  };
  for (const [how, content] of Object.entries(taken)) {
    it(how, async () => {
      const { blobs, folder } = await dropped("user.update/x.csv", content);
      const [row] = shardRows(blobs.batches, folder);
      assert.deepEqual(row?.write?.set, { department: "Forschung & Zoë" });
    });
  }

  it("with quotes, separators and line breaks inside quotes", async () => {
    const { blobs, folder } = await dropped("user.update/x.csv", rows.replace(",\nof", ", of"));
    const { displayName, ...set } = shardRows(blobs.batches, folder)[0]?.write?.set ?? {};
    assert.deepEqual([displayName, set], ['Ann "A", of Sales', { otherMails: wanted.otherMails }]);
  });

  it("but a line break in a value fails that row only", async () => {
    const others = `${ann},Ann,\n`.repeat(10);
    const { blobs, folder } = await dropped("user.update/x.csv", `${rows}${others}`);
    const [row] = shardRows(blobs.batches, folder);
    assert.equal(row?.verdict, "failed");
    assert.match(row?.reason ?? "", /displayName must not hold control characters/);
  });
});
