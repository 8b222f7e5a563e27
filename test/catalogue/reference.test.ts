import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  type NamedKind,
  namedBy,
  parseReference,
  ruleOf,
  textOf,
} from "../../shared/catalogue/reference.ts";

const id = "0b0e5c0e-1111-4222-a333-444455556666";

describe("what a cell names", () => {
  const meant: readonly { kind: NamedKind; text: string; is: readonly [string, string] }[] = [
    { kind: "user", text: ` ${id.toUpperCase()} `, is: ["id", id] },
    { kind: "user", text: "ann@contoso.com", is: ["userPrincipalName", "ann@contoso.com"] },
    { kind: "user", text: "mail:ann@contoso.com", is: ["mail", "ann@contoso.com"] },
    { kind: "user", text: "employeeId: 00042", is: ["employeeId", "00042"] },
    {
      kind: "user",
      text: "onPremisesImmutableId:aGVs/bG8+==",
      is: ["onPremisesImmutableId", "aGVs/bG8+=="],
    },
    { kind: "group", text: id, is: ["id", id] },
    { kind: "group", text: "Sales: North", is: ["displayName", "Sales: North"] },
    { kind: "group", text: "mailNickname:sales", is: ["mailNickname", "sales"] },
    { kind: "group", text: "uniqueName:hr-sales", is: ["uniqueName", "hr-sales"] },
    { kind: "group", text: "mail:sales@contoso.com", is: ["mail", "sales@contoso.com"] },
    { kind: "group", text: "displayName:mail:sales", is: ["displayName", "mail:sales"] },
    { kind: "device", text: `deviceId:${id}`, is: ["deviceId", id] },
    { kind: "device", text: id, is: ["id", id] },
    { kind: "device", text: "LAPTOP-7", is: ["displayName", "LAPTOP-7"] },
    { kind: "unit", text: "Norway", is: ["displayName", "Norway"] },
  ];
  for (const { kind, text, is } of meant) {
    it(`${text.trim()} of a ${kind} is its ${is[0]}`, () => {
      const [property, value] = is;
      assert.deepEqual(parseReference(kind, text), { property, value });
    });
  }

  const nothing: readonly (readonly [NamedKind, string])[] = [
    ["user", "ann"],
    ["user", "displayName:Ann"],
    ["user", "EmployeeId:42"],
    ["user", "employeeId:"],
    ["user", `employeeId:${"1".repeat(17)}`],
    ["user", "mail:ann"],
    ["group", " "],
    ["group", "x".repeat(257)],
    ["device", "deviceId:LAPTOP-7"],
  ];
  for (const [kind, text] of nothing) {
    it(`"${text.slice(0, 30)}" names no ${kind}`, () => {
      assert.equal(parseReference(kind, text), undefined);
      assert.match(ruleOf(kind), /^must be an object id \(a GUID\), a .+, or one of [\w:…, ]+$/);
    });
  }

  it("is read again from its shortest text", () => {
    const kinds = Object.keys(namedBy) as NamedKind[];
    const cell = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.uuid(),
      fc
        .tuple(
          fc.constantFrom("mail", "employeeId", "displayName", "deviceId", "mailNickname"),
          fc.oneof(fc.string({ maxLength: 12 }), fc.uuid(), fc.constant("mail:a@b")),
        )
        .map((parts) => parts.join(":")),
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), cell, (kind, text) => {
        const read = parseReference(kind, text);
        fc.pre(read !== undefined);
        assert.deepEqual(parseReference(kind, textOf(kind, read)), read);
        assert.ok(textOf(kind, read).length <= text.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
