import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  createRowTraces,
  digestOf,
  type Trace,
} from "../../../shared/batches/plan/traces/row-traces.ts";
import { capsWith } from "../../guards/caps.ts";
import { openWorkshop, planRows, settings, type ShardRow, type Workshop } from "../workshop.ts";

/** A directory as a model: users with their properties, and the edges of one group. */
interface Model {
  readonly users: Map<string, Record<string, unknown>>;
  readonly members: Set<string>;
}

type Row = { readonly operation: string; readonly [field: string]: unknown };

const present = ["ann@contoso.com", "bob@contoso.com"];
const coming = "new@contoso.com";
const names = fc.constantFrom(...present, coming, "ANN@contoso.com");
const city = fc.constantFrom("Oslo", "Rome", null);

const anyRow: fc.Arbitrary<Row> = fc.oneof(
  fc.record({ operation: fc.constant("user.update"), user: names, city }),
  fc.record({ operation: fc.constant("user.update"), user: names, city, state: city }),
  fc.record({ operation: fc.constant("user.disable"), user: names }),
  fc.record({
    operation: fc.constant("user.update"),
    user: names,
    accountEnabled: fc.constant(true),
  }),
  fc.record({
    operation: fc.constantFrom("group.add-member", "group.remove-member"),
    group: fc.constant("Sales"),
    member: names,
  }),
  fc.record({
    operation: fc.constant("user.create"),
    userPrincipalName: fc.constantFrom(coming, "NEW@contoso.com", "bob@contoso.com"),
    displayName: fc.constantFrom("New", "New", "Newer"),
  }),
  { weight: 1, arbitrary: fc.record({ operation: fc.constant("user.delete"), user: names }) },
);

/** What the rows do one after the other, where a delete is the last thing that happens to its user. */
function oneAfterTheOther(rows: readonly Row[], start: Model): Model {
  const model = structuredClone(start);
  const deleted = new Set<string>();
  for (const { operation, ...fields } of rows) {
    const { user, member, userPrincipalName, group: _group, ...set } = fields;
    const name = String(user ?? member ?? userPrincipalName).toLowerCase();
    if (deleted.has(name)) continue;
    if (operation === "user.create") {
      if (!model.users.has(name)) {
        model.users.set(name, { ...set, accountEnabled: true });
      }
      continue;
    }
    const found = model.users.get(name);
    if (found === undefined) continue;
    if (operation === "user.update") Object.assign(found, set);
    if (operation === "user.disable") found["accountEnabled"] = false;
    if (operation === "group.add-member") model.members.add(name);
    if (operation === "group.remove-member") model.members.delete(name);
    if (operation === "user.delete") {
      model.users.delete(name);
      model.members.delete(name);
      deleted.add(name);
    }
  }
  return model;
}

/** What the plan's writes do, in any order that waits where a write says so. */
function asPlanned(
  rows: readonly Row[],
  planned: readonly ShardRow[],
  start: Model,
  nameOf: (id: string) => string,
  pick: (count: number) => number,
): Model {
  const model = structuredClone(start);
  const open = planned.filter(({ write }) => write);
  while (open.length > 0) {
    const ready = open.filter(
      ({ write }) => !write?.after?.some((each) => open.some((other) => other.row === each)),
    );
    assert.ok(ready.length > 0, "no row may be sent");
    const next = ready[pick(ready.length)]!;
    open.splice(open.indexOf(next), 1);
    const { user, member } = next.write!.target;
    const { userPrincipalName, mailNickname: _nickname, ...set } = next.write!.set ?? {};
    const name =
      userPrincipalName === undefined && (user ?? member) !== undefined
        ? nameOf((user ?? member)!)
        : coming;
    const source = rows[next.row - 1]!;
    if (source.operation === "user.create") model.users.set(name, set);
    else if (source.operation === "user.delete") {
      model.users.delete(name);
      model.members.delete(name);
    } else if (source.operation === "group.add-member") model.members.add(name);
    else if (source.operation === "group.remove-member") model.members.delete(name);
    else Object.assign(model.users.get(name) ?? {}, set);
  }
  return model;
}

function begin(): { workshop: Workshop; start: Model; nameOf: (id: string) => string } {
  const workshop = openWorkshop({ settings: { ...settings, capsFor: () => capsWith() } });
  const ids = new Map<string, string>();
  const properties = { city: "Oslo", state: null };
  for (const name of present) ids.set(workshop.directory.addUser(name, properties), name);
  const [ann] = ids.keys();
  const sales = workshop.directory.addGroup("Sales");
  workshop.directory.members.get(sales)?.add(ann!);
  const users = new Map(present.map((name) => [name, { ...properties, accountEnabled: true }]));
  return {
    workshop,
    start: { users, members: new Set(["ann@contoso.com"]) },
    nameOf: (id) => ids.get(id)!,
  };
}

describe("a plan", () => {
  it("has the effect of its rows one after the other, in any order of writes that it allows", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        async (rows, random) => {
          const { workshop, start, nameOf } = begin();
          const planned = await planRows(workshop, rows);
          const pick = (count: number): number => Number(random.next().value) % count;
          const made = asPlanned(rows, planned, start, nameOf, pick);
          assert.deepEqual(made, oneAfterTheOther(rows, start));
        },
      ),
      { numRuns: 300 },
    ));

  it("gives every row either one verdict or one write", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 12 }), async (rows) => {
        const { workshop } = begin();
        const planned = await planRows(workshop, rows);
        assert.deepEqual(
          planned.map((each) => each.row),
          rows.map((_, at) => at + 1),
        );
        for (const each of planned) {
          assert.equal(each.verdict === undefined, each.write !== undefined);
          assert.ok((each.write?.after ?? []).every((before) => planned[before - 1]?.write));
        }
      }),
      { numRuns: 100 },
    ));
});

describe("what rows touch", () => {
  it("is found for any number of keys as in a map of lists", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.nat(9)));
    fc.assert(
      fc.property(steps, (made) => {
        const traces = createRowTraces();
        const lists = new Map<string, Trace[]>();
        for (const [at, [key, effect]] of made.entries()) {
          const trace: Trace = {
            row: at + 1,
            effect: digestOf(String(effect)),
            mask: effect,
            isWritten: effect % 2 === 0,
            creates: effect % 3 === 0,
            deletes: effect % 5 === 0,
          };
          traces.add(String(key), trace);
          lists.set(String(key), [trace, ...(lists.get(String(key)) ?? [])]);
        }
        for (let key = 0; key <= 41; key++) {
          assert.deepEqual([...traces.of(String(key))], lists.get(String(key)) ?? []);
        }
      }),
    );
  });

  it("is found among hundreds of thousands of rows", () => {
    const traces = createRowTraces();
    const count = 200_000;
    const trace = {
      effect: digestOf(""),
      mask: 1,
      isWritten: true,
      creates: false,
      deletes: false,
    };
    for (let row = 1; row <= count; row++) traces.add(`object:${row % 100_000}`, { ...trace, row });
    for (let row = 1; row <= 100_000; row += 997) {
      const rows = [...traces.of(`object:${row % 100_000}`)].map((each) => each.row);
      assert.deepEqual(rows, [row + 100_000, row]);
    }
  });
});
