import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { begin, export1, header, mapping, planned, upnOf } from "./staff-export.ts";

describe("an export of another program, beside a mapping", () => {
  it("runs without editing, and its report has its own columns", async () => {
    const workshop = await begin();
    const { folder, rows } = await planned(workshop, "hr/staff.csv", export1);
    assert.deepEqual(rows.map(upnOf), [
      "juergen.gross@contoso.com",
      "skipped: Kein Eintritt.",
      "jurgen.gross@contoso.com",
    ]);
    const { set } = rows[0]?.write ?? {};
    assert.deepEqual(
      [set?.["displayName"], set?.["employeeId"], set?.["accountEnabled"], set?.["usageLocation"]],
      ["Groß, Jürgen", "007", true, "CH"],
    );
    await workshop.runAll(folder);
    const [first, second] = workshop.blobs.batches
      .text(`${folder}/report.csv`)
      .replace("\ufeff", "")
      .split("\r\n");
    assert.match(first ?? "", /^Pers\.-Nr\.,Vorname,Nachname,Status,Konto,Lohn,verdict/);
    assert.match(second ?? "", /^007,Jürgen,Groß,neu,aktiv,1,done/);
  });

  it("may be JSON, and is only planned in inbox/plan/ with the same mapping", async () => {
    const workshop = await begin();
    const rows = [
      { "Pers.-Nr.": "1", Vorname: "Åsa", Nachname: "Ek", Status: "neu", Konto: "aktiv" },
    ];
    const { folder, rows: found } = await planned(
      workshop,
      "plan/hr/staff.json",
      JSON.stringify(rows),
    );
    assert.deepEqual(found.map(upnOf), ["asa.ek@contoso.com"]);
    assert.equal(workshop.blobs.batches.json(`${folder}/status.json`)["state"], "planned");
  });

  it("is refused while the mapping is wrong, and accepted when it is uploaded again after", async () => {
    const workshop = await begin({ ...mapping, colums: {} });
    const note = workshop.refused(await workshop.drop("hr/staff.csv", export1));
    assert.deepEqual(
      [note["code"], note["file"], note["column"]],
      ["MAPPING_INVALID", "hr/mapping.json", "colums"],
    );
    await begin(mapping, workshop);
    await planned(workshop, "hr/staff.csv", export1);
  });

  it("has its mapping beside it only: the mapping is no batch, and everybody's folders have none", async () => {
    const workshop = await begin();
    const { inbox } = workshop.blobs;
    for (const path of ["mapping.json", "plan/mapping.json", "staged/mapping.json"]) {
      const { etag } = (await inbox.write(path, JSON.stringify(mapping)))!;
      const event = {
        specversion: "1.0",
        type: "Microsoft.Storage.BlobCreated",
        subject: `/blobServices/default/containers/inbox/blobs/${path}`,
        data: { eTag: etag },
      };
      assert.equal((await workshop.deliver(event)).outcome, "ignored");
    }
    assert.deepEqual(await workshop.batches.sweepInbox(), { inboxFiles: 0 });
    assert.equal(
      workshop.refused(await workshop.drop("staff.csv", export1))["code"],
      "COLUMN_UNKNOWN",
    );
    const { folder = "" } = await workshop.deliver({
      version: 1,
      batch: "m",
      mode: "plan",
      file: "hr/mapping.json",
    });
    assert.equal(workshop.refused(folder)["code"], "FILE_NAME_INVALID");
  });

  const faults: readonly {
    when: string;
    own?: object;
    path?: string;
    text?: string;
    code: string;
    says: RegExp;
  }[] = [
    {
      when: "it lacks a column",
      text: export1.replace("Nachname", "Name"),
      code: "COLUMN_MISSING",
      says: /hr\/mapping\.json, columns\.Nachname, names the column Nachname.*Did you mean Vorname|hr\/mapping\.json, columns\.Nachname/,
    },
    {
      when: "a filter's column is missing",
      own: { ...mapping, filters: [{ column: "Firma", empty: true }] },
      code: "COLUMN_MISSING",
      says: /filters\.0\.column, names the column Firma/,
    },
    {
      when: "a template's name is missing",
      own: { ...mapping, templates: { ...mapping.templates, city: "{Ort}" } },
      code: "COLUMN_MISSING",
      says: /templates\.city, names the column Ort/,
    },
    {
      when: "a row of JSON never has a column",
      path: "hr/x.json",
      text: '[{"Vorname": "A"}]',
      code: "COLUMN_MISSING",
      says: /names the column/,
    },
    {
      when: "the operation has no such property",
      own: { ...mapping, constants: { citty: "Bern" } },
      code: "MAPPING_INVALID",
      says: /constants\.citty: it gives citty, which user\.create does not have\. Did you mean city\?/,
    },
    {
      when: "the mapping gives no name",
      own: { ...mapping, templates: {}, values: {} },
      code: "MAPPING_INVALID",
      says: /does not give displayName|does not give userPrincipalName/,
    },
    {
      when: "the operation is unknown",
      own: { ...mapping, operation: "user.creat" },
      code: "MAPPING_INVALID",
      says: /operation: no operation has this name/,
    },
    {
      when: "it lies deeper than the mapping",
      path: "hr/user.update/x.csv",
      code: "COLUMN_UNKNOWN",
      says: /./,
    },
    {
      when: "it has passwords",
      text: export1.replace("Lohn", "Kennwort"),
      code: "PASSWORD_COLUMN",
      says: /Kennwort holds passwords/,
    },
    {
      when: "JSON has passwords",
      path: "hr/x.json",
      text: '[{"Vorname": "A", "initialPassword": "x"}]',
      code: "PASSWORD_COLUMN",
      says: /initialPassword holds passwords/,
    },
    {
      when: "a column is there twice",
      text: export1.replace("Lohn", "Status"),
      code: "COLUMN_DUPLICATE",
      says: /Status twice/,
    },
    {
      when: "no operation is said",
      own: { ...mapping, operation: undefined, templates: {}, values: {} },
      code: "COLUMN_MISSING",
      says: /"operation": "user\.create"/,
    },
    {
      when: "a free name is for another operation",
      own: { ...mapping, operation: "user.update", constants: { user: "a@b.cd" } },
      code: "MAPPING_INVALID",
      says: /user\.update takes no free name/,
    },
  ];
  for (const { when, own = mapping, path = "hr/x.csv", text = export1, code, says } of faults) {
    it(`is refused before anything is planned when ${when}`, async () => {
      const workshop = await begin(own);
      const note = workshop.refused(await workshop.drop(path, text));
      assert.deepEqual([note["code"]], [code], String(note["what"]));
      assert.match(`${String(note["what"])} ${String(note["fix"])}`, says);
      assert.deepEqual(workshop.rings, []);
    });
  }

  it("fails a row that the mapping cannot make, with the property and without its value", async () => {
    const workshop = await begin();
    const rest = Array.from(
      { length: 20 },
      (_, at) => `${at};A${"b".repeat(at)};C;neu;aktiv;`,
    ).join("\n");
    const { rows } = await planned(
      workshop,
      "hr/x.csv",
      `${header}1;日本;C;neu;aktiv;\n;D;E;neu;aktiv;\n${rest}\n`,
    );
    assert.match(
      rows[0]?.reason ?? "",
      /userPrincipalName cannot be made, because givenName is empty or has no letter/,
    );
    assert.match(rows[1]?.reason ?? "", /employeeId is required for a free name/);
  });
});
