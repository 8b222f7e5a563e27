import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { keptColumns } from "../../../shared/batches/input/mapped-columns.ts";
import { dateOf, isDateForm } from "../../../shared/batches/mapping/date-form.ts";
import { createMapper } from "../../../shared/batches/mapping/mapper.ts";
import { mappingText, readMapping } from "../../../shared/batches/mapping/mapping.ts";
import { InputRefusal } from "../../../shared/core/input-refusal.ts";

const path = "hr/mapping.json";
const mapperOf = (mapping: object) =>
  createMapper(readMapping(JSON.stringify({ version: 1, ...mapping }), path), path, keptColumns);
const mapped = (mapping: object, cells: Readonly<Record<string, unknown>>) =>
  mapperOf(mapping).map(cells);

describe("a mapping", () => {
  it("gives properties from columns, constants and templates", () => {
    const { cells, faults } = mapped(
      {
        columns: { Vorname: "givenName", Nachname: "surname" },
        constants: { usageLocation: "CH" },
        templates: {
          displayName: "{surname}, {givenName} {{{Ort}}}",
          userPrincipalName: "{givenName}.{surname}@contoso.com",
          mailNickname: "{givenName:1}{surname:5}",
        },
      },
      { Vorname: " Zoë ", Nachname: "O'Grønvold-Weiß", Ort: "Bern", Lohn: "9000" },
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(cells, {
      givenName: "Zoë",
      surname: "O'Grønvold-Weiß",
      usageLocation: "CH",
      displayName: "O'Grønvold-Weiß, Zoë {Bern}",
      userPrincipalName: "zoe.ogronvold-weiss@contoso.com",
      mailNickname: "zogron",
    });
  });

  it("fails a row of which a name lacks a part, and leaves a text empty that lacks all", () => {
    const templates = { userPrincipalName: "{a}.{b}@contoso.com", displayName: "{c} {c}" };
    const { cells, faults } = mapped({ templates }, { a: "Ann", b: "日本", c: " " });
    assert.deepEqual([cells, faults.map(({ column }) => column)], [{}, ["userPrincipalName"]]);
    assert.match(faults[0]?.rule ?? "", /because b is empty or has no letter/);
  });

  it("translates words in any case, empty cells and all others as it says", () => {
    const mapping = {
      columns: { Konto: "accountEnabled" },
      values: { accountEnabled: { Aktiv: "true", "": "false" } },
    };
    assert.deepEqual(mapped(mapping, { Konto: " AKTIV" }).cells, { accountEnabled: "true" });
    assert.deepEqual(mapped(mapping, { Konto: "" }).cells, { accountEnabled: "false" });
    const [fault] = mapped(mapping, { Konto: "geheim" }).faults;
    assert.match(fault?.rule ?? "", /values\.accountEnabled does not list/);
    assert.doesNotMatch(fault?.rule ?? "", /geheim/);
    const others = { ...mapping, values: { accountEnabled: { "*": "false" } } };
    assert.deepEqual(mapped(others, { Konto: "geheim" }).cells, { accountEnabled: "false" });
    assert.deepEqual(mapped(others, { Konto: true }).cells, { accountEnabled: "false" });
  });

  it("reads dates of its form, and no others", () => {
    const mapping = {
      columns: { Eintritt: "employeeHireDate" },
      dates: { employeeHireDate: "DD.MM.YYYY" },
    };
    assert.deepEqual(mapped(mapping, { Eintritt: "1.2.2026" }).cells, {
      employeeHireDate: "2026-02-01",
    });
    assert.match(mapped(mapping, { Eintritt: "2026-02-01" }).faults[0]?.rule ?? "", /DD\.MM\.YYYY/);
    assert.deepEqual(["YYYYMMDD", "MM/DD/YYYY", "YYYY", "DD-MM-YYYYx"].map(isDateForm), [
      true,
      true,
      false,
      false,
    ]);
    assert.deepEqual(
      [dateOf("20261121", "YYYYMMDD"), dateOf("2026112", "YYYYMMDD")],
      ["2026-11-21", undefined],
    );
  });

  it("leaves out rows for the first filter that they do not pass, with its reason", () => {
    const filters = [
      { column: "Status", in: ["neu", "Übertritt"], reason: "Kein Eintritt." },
      { column: "Firma", notIn: ["Extern"] },
      { column: "Mail", empty: true },
    ];
    const reasonOf = (cells: object) => mapped({ filters }, { ...cells }).leftOut;
    assert.equal(reasonOf({ Status: "alt", Firma: "Extern" }), "Kein Eintritt.");
    assert.match(
      reasonOf({ Status: "NEU", Firma: "extern" }) ?? "",
      /filter 2 of the mapping: Firma is one of Extern/,
    );
    assert.match(reasonOf({ Status: "übertritt", Mail: "x" }) ?? "", /Mail is not empty/);
    assert.equal(reasonOf({ Status: " neu ", Firma: "A", Mail: " " }), undefined);
  });

  it("passes on the sender's own columns, and the values of JSON as they are", () => {
    const { cells } = mapped(
      { columns: { Tel: "businessPhones", Ort: "city" } },
      { note: "T-1", skip: "", Tel: ["1", "2"], Ort: null, other: 3 },
    );
    assert.deepEqual(cells, { note: "T-1", skip: "", businessPhones: ["1", "2"], city: null });
  });

  it("maps every row: it never throws, and gives only what it names", () => {
    const name = fc.constantFrom("A", "B", "__proto__", "constructor", "note", "skip");
    const rows = fc.dictionary(name, fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" })));
    const mapper = mapperOf({
      columns: { A: "city", B: "employeeHireDate", constructor2: "state" },
      constants: { usageLocation: "CH" },
      templates: {
        displayName: "{A} {toString}",
        userPrincipalName: { text: "{A}.{B:3}@contoso.com", free: true, person: "none" },
      },
      values: { city: { x: "y", "*": "z" } },
      dates: { employeeHireDate: "DD.MM.YYYY" },
      filters: [{ column: "A", notStartsWith: "!" }],
    });
    fc.assert(
      fc.property(rows, (cells) => {
        const found = mapper.map(cells);
        const names = [
          "city",
          "employeeHireDate",
          "usageLocation",
          "displayName",
          "userPrincipalName",
          "note",
          "skip",
        ];
        assert.deepEqual(
          Object.keys(found.cells).filter((each) => !names.includes(each)),
          [],
        );
        assert.equal(Object.getPrototypeOf(found.cells), Object.prototype);
        assert.deepEqual(mapper.map(cells), found);
      }),
    );
  });

  it("has one text, from which it is read again", () => {
    const mapping = readMapping(
      JSON.stringify({ version: 1, columns: { A: "city" }, templates: { displayName: "{A}" } }),
      path,
    );
    assert.deepEqual(readMapping(mappingText(mapping), path), mapping);
  });

  const refused: readonly { when: string; text: string; key?: string; says: RegExp }[] = [
    { when: "it is no JSON", text: '{"version": 1,', says: /malformed JSON/ },
    { when: "it is an array", text: "[]", says: /is no JSON object/ },
    { when: "it has no version", text: "{}", key: "version", says: /version: is missing/ },
    { when: "it is of another version", text: '{"version": 2}', key: "version", says: /must be 1/ },
    {
      when: "a part is unknown",
      text: '{"version": 1, "colums": {}}',
      key: "colums",
      says: /colums: is not known/,
    },
    {
      when: "a part is there twice",
      text: '{"version": 1, "columns": {"A": "a", "A": "b"}}',
      says: /property A twice/,
    },
    {
      when: "a name changes prototypes",
      text: '{"version": 1, "columns": {"__proto__": "city"}}',
      key: "__proto__",
      says: /not possible/,
    },
    {
      when: "a property has two sources",
      text: '{"version": 1, "columns": {"A": "city"}, "constants": {"city": "Oslo"}}',
      key: "constants.city",
      says: /given by columns\.A too/,
    },
    {
      when: "two columns give one property",
      text: '{"version": 1, "columns": {"A": "city", "B": "city"}}',
      key: "columns.B",
      says: /given by columns\.A/,
    },
    {
      when: "values are for nothing",
      text: '{"version": 1, "values": {"city": {"a": "b"}}}',
      key: "values.city",
      says: /nothing gives/,
    },
    {
      when: "a date has no form",
      text: '{"version": 1, "columns": {"A": "x"}, "dates": {"x": "TT.MM.JJJJ"}}',
      key: "dates.x",
      says: /no form of a date/,
    },
    {
      when: "a brace is open",
      text: '{"version": 1, "templates": {"x": "{A"}}',
      key: "templates.x",
      says: /brace/,
    },
    {
      when: "a template names nothing",
      text: '{"version": 1, "templates": {"x": "abc"}}',
      key: "templates.x",
      says: /names no value/,
    },
    {
      when: "another property is free",
      text: '{"version": 1, "templates": {"x": {"text": "{A}", "free": true}}}',
      key: "templates.x.free",
      says: /only userPrincipalName/,
    },
    {
      when: "a free name has no person",
      text: '{"version": 1, "templates": {"userPrincipalName": {"text": "{A}@b.c", "free": true}}}',
      key: "templates.userPrincipalName.person",
      says: /has an account already/,
    },
    {
      when: "a filter has two rules",
      text: '{"version": 1, "filters": [{"column": "A", "in": ["x"], "empty": true}]}',
      key: "filters.0",
      says: /one of in, notIn/,
    },
    {
      when: "a filter's word is a number",
      text: '{"version": 1, "filters": [{"column": "A", "in": [1]}]}',
      key: "filters.0.in.0",
      says: /must be string/,
    },
  ];
  for (const { when, text, key, says } of refused) {
    it(`is refused, with its path and the key, when ${when}`, () => {
      assert.throws(
        () => readMapping(text, path),
        (error: unknown) => {
          assert.ok(error instanceof InputRefusal);
          assert.deepEqual(
            [error.code, error.where.file, error.where.column],
            ["MAPPING_INVALID", path, key],
          );
          assert.match(error.what, says);
          assert.match(error.what, /^The mapping hr\/mapping\.json/);
          assert.match(error.fix, /docs\/input\.md/);
          return true;
        },
      );
    });
  }
});
