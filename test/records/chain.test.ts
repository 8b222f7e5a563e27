import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { firstLink, linked } from "../../shared/records/chain.ts";
import { replay } from "../../shared/records/history/replay.ts";
import { type JournalRecord, recordJson } from "../../shared/records/journal.ts";

const path = "leavers/journal/00001.jsonl";
const plan = { tenant: "t", batch: "leavers", plannedAt: "2026-01-01T00:00:00.000Z" };
const start = firstLink(plan, 1);
const at = "2026-01-01T00:00:01.000Z";

/** Intents of these rows, a line each, linked from `start` on. */
function journalOf(rows: readonly number[]): string[] {
  let link = start;
  return rows.map((row) => {
    const record: JournalRecord = { t: "intent", post: `p${row}`, at, rows: [row] };
    const next = linked(link, recordJson(record));
    link = next.link;
    return `${next.json}\n`;
  });
}

const isDamaged = { code: "BATCH_DAMAGED" };

describe("the chain of a journal", () => {
  it("is read where nothing was changed, and leaves the link of its last line", () => {
    const lines = journalOf([1, 2, 3]);
    const { rows, link } = replay(path, lines.join(""), start);
    assert.deepEqual([...rows.keys()], [1, 2, 3]);
    assert.equal(link, /"link":"([^"]+)"/.exec(lines[2]!)![1]);
  });

  it("breaks wherever a byte is altered, also in the last line", () => {
    const text = journalOf([1, 2, 3, 4]).join("");
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 127 }), (index, flip) => {
        const altered = Buffer.from(bytes);
        altered[index] = altered[index]! ^ flip;
        const isLineEnd = bytes[index] === 10 || altered[index] === 10;
        // A line that cannot be read any more at the end of a journal counts as cut short.
        const { rows } = tried(altered.toString("utf8"));
        if (rows !== undefined) assert.ok(rows < 4 || isLineEnd, `byte ${index} ^ ${flip}`);
      }),
      { numRuns: 2000 },
    );
  });

  it("breaks if a line is taken out, doubled or moved", () => {
    const [one, two, three] = journalOf([1, 2, 3]);
    for (const lines of [
      [one, three],
      [two, three],
      [one, two, two, three],
      [two, one, three],
    ]) {
      assert.throws(() => replay(path, lines.join(""), start), isDamaged);
    }
  });

  it("belongs to one shard of one plan", () => {
    const text = journalOf([1]).join("");
    for (const other of [
      firstLink(plan, 2),
      firstLink({ ...plan, batch: "joiners" }, 1),
      firstLink({ ...plan, digest: "sha256:00" }, 1),
    ]) {
      assert.throws(() => replay(path, text, other), {
        what: `${path} was changed: line 1 does not follow from what stands before it.`,
      });
    }
  });

  it("goes on behind lines of an earlier release, and covers them", () => {
    const old = '{"t":"intent","post":"p","at":"2026-01-01T00:00:00.000Z","rows":[1]}';
    const { link = "" } = replay(path, `${old}\n`, start);
    const next = `${linked(link, recordJson({ t: "open", runner: "r", at })).json}\n`;
    assert.equal(replay(path, `${old}\n${next}`, start).rows.size, 1);
    assert.throws(() => replay(path, `${old.replace("[1]", "[2]")}\n${next}`, start), isDamaged);
  });

  it("goes on behind a line that was cut short, and takes one that lacks only its end as whole", () => {
    const [one = "", two = ""] = journalOf([1, 2]);
    for (const [rest, known] of [
      [two.slice(0, 20), 1],
      [two.slice(0, -1), 2],
    ] as const) {
      const found = replay(path, one + rest, start);
      assert.equal(found.rows.size, known);
      const open = linked(found.link!, recordJson({ t: "open", runner: "next", at }));
      assert.equal(replay(path, `${one}${rest}\n${open.json}\n`, start).rows.size, known);
    }
  });
});

/** How many rows a journal tells of; `undefined` if it is found to be damaged. */
function tried(text: string): { readonly rows: number | undefined } {
  try {
    return { rows: replay(path, text, start).rows.size };
  } catch {
    return { rows: undefined };
  }
}
