import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compileRow } from "../../shared/batches/input/compile-row.ts";
import type { DoneRow, Inverse } from "../../shared/catalogue/inverse.ts";
import { catalogue, type OperationName } from "../../shared/operations/list.ts";
import { ann, team } from "../catalogue/answers.ts";

const done = (more: Partial<DoneRow> = {}): DoneRow => ({
  object: ann,
  set: {},
  daysAgo: 0,
  ...more,
});

interface Row {
  readonly done: DoneRow;
  readonly inverse: Inverse;
}

// Keyed by the catalogue, so a new operation does not type-check until it says how it is undone.
const undone: Record<OperationName, Row | undefined> = {
  "user.create": {
    done: done({ set: { userPrincipalName: "bo@contoso.com", department: "Sales" } }),
    inverse: {
      operation: "user.delete",
      cells: { user: ann },
      onlyIf: { userPrincipalName: "bo@contoso.com", department: "Sales" },
    },
  },
  "user.update": {
    done: done({
      set: { department: "Sales", city: null, businessPhones: ["1"], companyName: "Contoso" },
      before: { department: null, city: "Ulm", businessPhones: [], companyName: "Contoso" },
    }),
    inverse: {
      operation: "user.update",
      cells: { user: ann, department: null, city: "Ulm", businessPhones: [] },
      onlyIf: { department: "Sales", city: null, businessPhones: ["1"] },
    },
  },
  "user.disable": {
    done: done({ set: { accountEnabled: false }, before: { accountEnabled: true } }),
    inverse: { operation: "user.enable", cells: { user: ann }, onlyIf: { accountEnabled: false } },
  },
  "user.enable": {
    done: done({ set: { accountEnabled: true }, before: { accountEnabled: false } }),
    inverse: { operation: "user.disable", cells: { user: ann }, onlyIf: { accountEnabled: true } },
  },
  "user.delete": {
    done: done({ daysAgo: 29 }),
    inverse: { operation: "user.restore", cells: { user: ann } },
  },
  "user.restore": { done: done(), inverse: { operation: "user.delete", cells: { user: ann } } },
  "group.add-member": {
    done: done({ group: team }),
    inverse: { operation: "group.remove-member", cells: { group: team, member: ann } },
  },
  "group.remove-member": {
    done: done({ group: team }),
    inverse: { operation: "group.add-member", cells: { group: team, member: ann } },
  },
};

const inverseOf = (name: OperationName, row: DoneRow): Inverse | undefined =>
  catalogue[name].inverse?.(row);

describe("a row is undone by the row that", () => {
  for (const [name, row] of Object.entries(undone) as [OperationName, Row | undefined][]) {
    it(`${name} names`, () => {
      assert.deepEqual(row && inverseOf(name, row.done), row?.inverse);
      if (!row || !("cells" in row.inverse)) return;
      const { operation, cells } = row.inverse;
      const compiled = compileRow(
        { row: 1, line: 1, cells: { operation, ...cells } },
        { catalogue },
      );
      assert.ok("payload" in compiled, JSON.stringify(compiled));
      assert.deepEqual(compiled.payload, cells);
    });
  }

  it("sets only the parts of an object that the row set", () => {
    const inverse = inverseOf(
      "user.update",
      done({
        set: { onPremisesExtensionAttributes: { extensionAttribute2: "x" } },
        before: {
          onPremisesExtensionAttributes: { extensionAttribute1: "a", extensionAttribute2: null },
        },
      }),
    );
    assert.deepEqual(inverse && "cells" in inverse && inverse.cells, {
      user: ann,
      onPremisesExtensionAttributes: { extensionAttribute2: null },
    });
  });

  it("leaves a property that cannot be empty again, and says so", () => {
    const inverse = inverseOf(
      "user.update",
      done({
        set: { mail: "ann@contoso.com", city: "Ulm" },
        before: { mail: null, city: "Bonn" },
      }),
    );
    assert.deepEqual(inverse, {
      operation: "user.update",
      cells: { user: ann, city: "Bonn" },
      onlyIf: { city: "Ulm" },
      kept: ["mail"],
    });
  });
});

describe("a row is not undone", () => {
  const rows: { when: string; name: OperationName; done: DoneRow; says: RegExp }[] = [
    {
      when: "the user was deleted 30 days ago",
      name: "user.delete",
      done: done({ daysAgo: 30 }),
      says: /30 days ago/,
    },
    {
      when: "the values before are gone",
      name: "user.update",
      done: done({ set: { city: "Ulm" } }),
      says: /not kept/,
    },
    {
      when: "it is not known whether the account was enabled before",
      name: "user.disable",
      done: done({ set: { accountEnabled: false } }),
      says: /not kept/,
    },
    {
      when: "the account was enabled before by an earlier row",
      name: "user.enable",
      done: done({ set: { accountEnabled: true }, before: { accountEnabled: true } }),
      says: /changed no value/,
    },
    {
      when: "no property can be empty again",
      name: "user.update",
      done: done({ set: { mail: "ann@contoso.com" }, before: { mail: null } }),
      says: /mail had no value/,
    },
  ];
  for (const { when, name, done: row, says } of rows) {
    it(`if ${when}`, () => {
      const inverse = inverseOf(name, row);
      assert.ok(inverse && "why" in inverse);
      assert.match(inverse.why, says);
      assert.ok(inverse.fix.length > 10);
    });
  }
});
