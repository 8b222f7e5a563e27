import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { areListsCurrent } from "../../scripts/write-operations.ts";
import { compileRow } from "../../shared/batches/input/compile-row.ts";
import { type Operation, operationNamed } from "../../shared/catalogue/operation.ts";
import { switchedOff } from "../../shared/catalogue/opt-in.ts";
import { type ReadyWrite, isPending } from "../../shared/catalogue/row.ts";
import { changedColumn } from "../../shared/catalogue/target.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { ann, attempt, team } from "../catalogue/answers.ts";
import { type OperationRow, make } from "./operation-row.ts";
import { rows } from "./rows.ts";

const table = Object.entries(rows).map(([name, row]) => {
  const operation = operationNamed(catalogue, name);
  assert.ok(operation);
  return { name, operation, row };
});

/** One test an operation that has something to test. */
const each = (test: (operation: Operation, row: OperationRow, name: string) => void): void => {
  for (const { name, operation, row } of table) it(name, () => test(operation, row, name));
};

const compile = (operation: string, cells: Readonly<Record<string, unknown>>) =>
  compileRow({ row: 1, line: 1, cells: { operation, ...cells } }, { catalogue });

describe("a row becomes the Graph request of its operation", () => {
  each((operation, { written }) => {
    const decision = operation.decide(written.payload, written.found);
    assert.ok("write" in decision, JSON.stringify(decision));
    assert.ok(!isPending(decision.write));
    assert.deepEqual(decision.write.keys, written.keys);
    assert.deepEqual(operation.request(decision.write, make), written.request);
    assert.deepEqual(operation.guarded(written.payload, written.found), written.guarded ?? {});
    const changed = written.found[changedColumn(decision.write.target)];
    const present = changed?.state === "found" ? changed.object : undefined;
    assert.deepEqual(operation.touched(decision.write, present), written.touched);
    const needed = operation.permissions(Object.keys(written.payload));
    assert.ok(needed.length > 0);
    assert.ok(needed.every((permission) => operation.allPermissions.includes(permission)));
    assert.ok(!operation.allPermissions.includes("Directory.ReadWrite.All"));
  });
});

describe("the example of an operation", () => {
  each((operation, _row, name) => {
    const compiled = compile(name, operation.example);
    assert.ok("payload" in compiled, JSON.stringify(compiled));
  });
});

describe("a row whose change is in place is unchanged", () => {
  for (const { name, operation, row } of table) {
    const { unchanged } = row;
    if (unchanged === undefined) continue;
    it(name, () => {
      const decision = operation.decide(unchanged.payload, unchanged.found);
      assert.ok("final" in decision && decision.final.verdict === "unchanged");
      const { objectId } = decision.final;
      const ids = Object.values(unchanged.found).map((one) => one.state === "found" && one.id);
      assert.ok(ids.some((id) => id === objectId));
    });
  }
});

describe("a row fails before anything is sent", () => {
  for (const { name, operation, row } of table) {
    for (const { when, payload, found, says } of row.refused) {
      it(`${name}: if ${when}`, () => {
        const decision = operation.decide(payload, found);
        assert.ok("final" in decision);
        assert.equal(decision.final.verdict, "failed");
        assert.match(decision.final.reason ?? "", says);
        assert.ok((decision.final.fix ?? "").length > 10, "it says what to do");
      });
    }
  }
});

describe("looking at the directory after a lost answer", () => {
  for (const { name, operation, row } of table) {
    for (const { when, answer, write, is, isFirst } of row.looks) {
      it(`${name}: ${when}: ${is}`, () => {
        const sent = isFirst ? { doubted: false, attempts: 0 } : { doubted: true };
        const shown = operation.inPlace(answer, attempt(write, sent));
        const seen = typeof shown === "object" ? shown.verdict : shown ? "done" : "send again";
        assert.equal(seen, is);
      });
    }
  }
});

describe("a row is undone by", () => {
  each((operation, { undone, notUndone = [] }) => {
    assert.ok(undone.length + notUndone.length > 0, "it says how it is undone, or why not");
    for (const { done, inverse } of undone) {
      assert.deepEqual(operation.inverse?.(done), inverse);
      if (!("cells" in inverse)) continue;
      const compiled = compile(inverse.operation, inverse.cells);
      assert.ok("payload" in compiled, JSON.stringify(compiled));
      assert.deepEqual(compiled.payload, inverse.cells);
    }
  });
});

describe("a row is not undone", () => {
  for (const { name, operation, row } of table) {
    for (const { when, done, says } of row.notUndone ?? []) {
      it(`${name}: if ${when}`, () => {
        const inverse = operation.inverse?.(done);
        assert.ok(inverse && "why" in inverse);
        assert.match(inverse.why, says);
        assert.ok(inverse.fix.length > 10);
      });
    }
  }
});

describe("deleting a member or an owner instead of what links it to its group", () => {
  it("cannot be written: only the request module makes a URL that may be deleted", () => {
    const write: ReadyWrite = {
      target: { kind: "membership", group: team, member: ann },
      keys: [],
    };
    const request = catalogue["group.remove-member"].request(write, make);
    assert.match(request.url, /\/\$ref$/);
    // @ts-expect-error -- a plain URL is no DeletableUrl
    const planted: typeof request = { method: "DELETE", url: `/groups/${team}/members/${ann}` };
    assert.ok(planted);
    const ownership: ReadyWrite = {
      target: { kind: "edge", type: "owner", holder: team, object: ann },
      keys: [],
    };
    const removal = catalogue["group.remove-owner"].request(ownership, make);
    assert.deepEqual(removal, { method: "DELETE", url: `/groups/${team}/owners/${ann}/$ref` });
    // @ts-expect-error -- a plain URL is no DeletableUrl
    const other: typeof removal = { method: "DELETE", url: `/groups/${team}/owners/${ann}` };
    assert.ok(other);
  });
});

describe("an operation that is off by default", () => {
  const optIn = table.filter(({ operation }) => operation.optIn);
  it("is each that the threat model names, and no other", () => {
    const page = readFileSync(new URL("../../docs/threat-model.md", import.meta.url), "utf8");
    const [, section = ""] = page.split("## What is off by default");
    const named = [...section.matchAll(/^\| `([a-z.-]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(new Set(named), new Set(optIn.map(({ name }) => name)));
  });

  for (const { name, operation } of optIn) {
    it(`takes no row unless the deployment names it: ${name}`, () => {
      const cells = { operation: name, ...operation.example };
      const compiled = (extra: readonly string[]) =>
        compileRow({ row: 1, line: 1, cells }, { catalogue: switchedOff(catalogue, extra) });
      const off = compiled([]);
      assert.ok("invalid" in off);
      assert.match(off.invalid.reason, /is off in this deployment/);
      assert.match(off.invalid.fix, /EXTRA_OPERATIONS/);
      assert.ok("payload" in compiled([name]));
    });
  }
});

describe("the operation catalogue", () => {
  it("lists every file in operations/, and the tests' table every file in rows/", () =>
    assert.ok(areListsCurrent(), "run: npm run build"));
  it("has no operation under the name of an object's method", () =>
    assert.equal(operationNamed(catalogue, "toString"), undefined));
});
