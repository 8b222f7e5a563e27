import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import fc from "fast-check";

import { cellText } from "../../../shared/command/convert/cell-text.ts";
import { type Conversion, convert } from "../../../shared/command/convert/converted.ts";
import { CommandError } from "../../../shared/command/terminal/command-error.ts";
import { runCommand } from "../operator.ts";
import { inline, makeWorkbook, row, type SheetXml } from "./make-workbook.ts";

const folder = mkdtempSync(join(tmpdir(), "convert-"));
after(() => rmSync(folder, { recursive: true }));

/** Converts a file with this content: its text, and what the person is told. */
async function converted(name: string, content: string | Buffer, how: Partial<Conversion> = {}) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const notes: string[] = [];
  const found = await convert(path, { note: (text) => void notes.push(text), ...how });
  let text = "";
  for await (const line of found?.lines ?? []) text += line;
  return {
    text: text.replaceAll("\r\n", "\n"),
    notes,
    operation: found?.operation,
    isAsItIs: !found,
  };
}

const fails = (name: string, content: string | Buffer, how?: Partial<Conversion>) =>
  converted(name, content, how).then(
    () => assert.fail("it was converted"),
    (error: unknown) => {
      assert.ok(error instanceof CommandError, String(error));
      return error.message;
    },
  );

const sheet = (rows: string, more: Partial<SheetXml> = {}): SheetXml => ({
  name: "Staff",
  rows,
  ...more,
});

/** The rows of a sheet with one user. */
const data = (name: string): string => row(inline("user")) + row(inline(`${name}@contoso.com`));

describe("a workbook is converted without loss", () => {
  it("texts with their zeros, numbers, dates, yes and no, formulas' values, empty cells", async () => {
    const strings = ["employeeId", "007", "<r><t>Ann </t></r><r><t>Ek</t></r>"];
    const header = [
      "displayName",
      "id",
      "n",
      "big",
      "date",
      "time",
      "enabled",
      "sum",
      "name",
      "empty",
    ].map(inline);
    const book = makeWorkbook(
      [
        sheet(
          `<row r="1"><c r="A1" t="s"><v>0</v></c>${header.join("")}</row>` +
            '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" s="3"><v>42</v></c><c r="D2" s="4"><v>1234.5</v></c><c r="E2"><v>123456789012345</v></c><c r="F2" s="1"><v>46347</v></c><c r="G2" s="2"><v>46347.375</v></c><c r="H2" t="b"><v>1</v></c><c r="I2"><f>1+1</f><v>2</v></c><c r="J2" t="str"><f>A2&amp;"x"</f><v>007x, "q"</v></c></row>' +
            '<row r="3"/><row r="4"><c r="A4" t="s"><v>1</v></c><c r="D4"><v>0.1</v></c></row>',
        ),
      ],
      strings,
    );
    const { text, notes } = await converted("a.xlsx", book);
    assert.deepEqual(text.split("\n"), [
      "employeeId,displayName,id,n,big,date,time,enabled,sum,name,empty",
      '007,Ann Ek,00042,1234.5,123456789012345,2026-11-21,2026-11-21T09:00:00Z,true,2,"007x, ""q""",',
      "007,,,0.1,,,,,,,",
      "",
    ]);
    assert.deepEqual(notes, []);
  });

  it("every number that a workbook can hold, so that it reads as the same number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const found = cellText(value, undefined);
        assert.ok("text" in found);
        assert.equal(Number(found.text), value === 0 ? 0 : value);
        assert.match(found.text, /^-?\d+(\.\d+)?$/);
      }),
    );
  });

  it("the sheet that is named, or the only one that is shown and filled", async () => {
    const several = makeWorkbook([sheet(data("a")), sheet(data("b"), { name: "More" })]);
    assert.match(await fails("s.xlsx", several), /several sheets.+--sheet: Staff, More/);
    assert.match((await converted("s.xlsx", several, { sheet: "More" })).text, /b@contoso/);
    assert.match(await fails("s.xlsx", several, { sheet: "Other" }), /no sheet Other with cells/);
    const hidden = makeWorkbook([
      sheet("", { name: "Empty" }),
      sheet(data("a"), { name: "Old", state: "hidden" }),
      sheet(data("b")),
    ]);
    assert.match((await converted("h.xlsx", hidden)).text, /b@contoso/);
    assert.match((await converted("h.xlsx", hidden, { sheet: "Old" })).text, /a@contoso/);
  });

  const cells: readonly (readonly [when: string, cell: string, says: RegExp])[] = [
    ["an error", '<c t="e"><v>#N/A</v></c>', /Cell A2 of sheet Staff holds an error/],
    [
      "a formula that was never computed",
      "<c><f>1+1</f></c>",
      /Cell A2 of sheet Staff holds a formula that was never computed/,
    ],
    [
      "a value beside the columns",
      `${inline("a")}<c r="C2"><v>1</v></c>`,
      /Cell C2 of sheet Staff has a value, and its column has no name/,
    ],
  ];
  for (const [when, cell, says] of cells) {
    it(`not if it has ${when}`, async () => {
      assert.match(
        await fails("x.xlsx", makeWorkbook([sheet(row(inline("user")) + row(cell))])),
        says,
      );
    });
  }

  it("not if it is none, is cut off, or is empty", async () => {
    const book = makeWorkbook([sheet(row(inline("user")) + row(inline("a@contoso.com")))]);
    for (const bytes of [
      Buffer.from("user\na"),
      book.subarray(0, 700),
      Buffer.from("PK\u0003\u0004"),
    ]) {
      assert.match(await fails("x.xlsx", bytes), /no workbook that can be read/);
    }
    assert.match(await fails("x.xlsx", makeWorkbook([sheet("")])), /is empty/);
    assert.match(await fails("x.xlsx", makeWorkbook([sheet(row(inline("user")))])), /has no rows/);
  });

  it("with a word about numbers of which the workbook has lost digits", async () => {
    const book = makeWorkbook([sheet(row(inline("id")) + row("<c><v>1234567890123450</v></c>"))]);
    const { text, notes } = await converted("x.xlsx", book);
    assert.equal(text, "id\n1234567890123450\n");
    assert.match(notes.join(), /Cell A2 is a number of more than 15 digits/);
  });
});

/** Learn, "Bulk create users in Microsoft Entra ID", 2026: Example CSV file. */
const CREATE = `version:v1.0
Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Job title [jobTitle],Department [department],Usage location [usageLocation],Street address [streetAddress],State or province [state],Country or region [country],Office [physicalDeliveryOfficeName],City [city],ZIP or postal code [postalCode],Office phone [telephoneNumber],Mobile phone [mobile]
Example: Chris Green,chris@contoso.com,myPassword1234,No,,,,,,,,,,,,,
Alain Charon,alain@contoso.com,Password1!,No,Alain,Charon,Software Engineer,Engineering,US,,,,,,,,
Isabella Simonsen,isabella@contoso.com,Password1!,Yes,Isabella,Simonsen,Product Manager,Product,US,,,,,,,,
`;

describe("the portal's file of new users", () => {
  it("is converted without its passwords, and says so", async () => {
    const { text, notes, operation } = await converted("create.csv", CREATE);
    const [header, ...rows] = text.trimEnd().split("\n");
    assert.equal(
      header,
      "displayName,userPrincipalName,accountEnabled,givenName,surname,jobTitle,department,usageLocation,streetAddress,state,country,officeLocation,city,postalCode,businessPhones,mobilePhone",
    );
    assert.deepEqual(
      rows.map((each) => each.split(",").slice(0, 3)),
      [
        ["Alain Charon", "alain@contoso.com", "true"],
        ["Isabella Simonsen", "isabella@contoso.com", "false"],
      ],
    );
    assert.equal(operation, "user.create");
    assert.match(
      notes.join("\n"),
      /Dropped here, before anything is sent: Initial password \[passwordProfile\] Required\./,
    );
    assert.match(notes.join("\n"), /Left out: 1 row of examples/);
    assert.doesNotMatch(text + notes.join(), /Password1|myPassword/);
  });

  it("is the same as a workbook", async () => {
    const lines = CREATE.trimEnd()
      .split("\n")
      .map((line) => row(...line.split(",").map(inline)));
    const { text } = await converted("create.xlsx", makeWorkbook([sheet(lines.join(""))]));
    assert.equal(text, (await converted("create.csv", CREATE)).text);
  });

  it("fails if it neither blocks nor allows sign-in, instead of guessing", async () => {
    assert.match(
      await fails("create.csv", CREATE.replace("Password1!,No", "Password1!,Perhaps")),
      /Row 2: accountEnabled has a value/,
    );
  });
});

describe("other files", () => {
  it("are sent as they are if nothing keeps them from it", async () => {
    for (const [name, text] of [
      ["a.csv", "user\na@contoso.com\n"],
      ["a.tsv", "user\tcity\na@b.c\tx\n"],
      ["a.json", '[{"user": "a@b.c"}]'],
      ["a.jsonl", '{"user": "a@b.c"}\n'],
    ] as const) {
      assert.equal((await converted(name, text)).isAsItIs, true, name);
    }
  });

  it("lose their passwords, whatever the column is called and the format is", async () => {
    const csv = await converted(
      "p.csv",
      "userPrincipalName;Kennwort;passwordPolicies\na@b.c;geheim;x\n",
    );
    assert.deepEqual(
      [csv.text, csv.notes.length],
      ["userPrincipalName,passwordPolicies\na@b.c,x\n", 1],
    );
    const json = await converted(
      "p.json",
      '[{"user": "a"}, {"user": "b", "initialPassword": "geheim", "note": 1}]',
    );
    assert.equal(json.text, '{"user":"a"}\n{"user":"b","note":1}\n');
    assert.doesNotMatch(csv.notes.join() + json.notes.join(), /geheim/);
  });

  it("are read in the encoding that is named", async () => {
    const bytes = Buffer.from("user;city\nj\xf6rg@b.cd;Z\xfcrich\n", "latin1");
    const { text } = await converted("ansi.csv", bytes, { encoding: "windows-1252" });
    assert.equal(text, "user,city\njörg@b.cd,Zürich\n");
    assert.match(await fails("ansi.csv", bytes, { encoding: "utf-8" }), /is not written in utf-8/);
    assert.match(await fails("ansi.csv", bytes, { encoding: "ansi-7" }), /no encoding ansi-7/);
  });

  it("get cells that are set, and templates of members their group", async () => {
    const members =
      "Member object ID or user principal name [memberObjectIdOrUpn] Required\nalain@contoso.com\n";
    const how = { operation: "group.add-member" };
    assert.match(await fails("m.csv", members, how), /--set group=/);
    const found = await converted("m.csv", members, { ...how, set: ["group=Night shift"] });
    assert.equal(found.text, "member,group\nalain@contoso.com,Night shift\n");
    assert.equal(
      (await converted("x.csv", "user\na\n", { set: ["note=T-1"] })).text,
      "user,note\na,T-1\n",
    );
    assert.match(
      await fails("x.csv", "user\na\n", { set: ["user=b"] }),
      /has a column user already/,
    );
    assert.match(await fails("m.csv", members), /--operation user\.delete/);
  });

  it("are refused with the row that is wrong", async () => {
    assert.match(
      await fails("x.csv", "user,password\na\n"),
      /Row 1 \(line 2\): it has 1 cell where the header has 2/,
    );
    assert.match(await fails("x.json", '[{"user": "a"},'), /ends before its array is closed/);
  });
});

describe("batch convert", () => {
  it("writes what may be sent, to a new file or to the next program", async () => {
    writeFileSync(join(folder, "create.csv"), CREATE);
    const shown = await runCommand(["convert", "create.csv"], { cwd: folder });
    assert.equal(shown.code, 0, shown.error);
    assert.match(shown.out, /^displayName,userPrincipalName/);
    const [written, again, none] = await Promise.all([
      runCommand(["convert", "create.csv", "--to", "new.csv"], { cwd: folder }),
      runCommand(["convert", "create.csv", "--to", "create.csv"], { cwd: folder }),
      runCommand(["convert", "gone.xlsx"], { cwd: folder }),
    ]);
    assert.match(written.error, /Written to new\.csv/);
    assert.equal(readFileSync(join(folder, "new.csv"), "utf8"), shown.out);
    assert.deepEqual(
      [again.code, again.error.includes("There is a file create.csv already.")],
      [2, true],
    );
    assert.deepEqual([none.code, none.error.includes("There is no file")], [2, true]);
  });
});
