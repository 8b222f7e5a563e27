import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";

import { reportHtml } from "../../../shared/batches/report/report-html.ts";
import { createPicks } from "../../../shared/batches/report/report-picks.ts";
import type { ReportRow } from "../../../shared/batches/report/report-row.ts";
import { summaryOf } from "../../../shared/batches/report/report-summary.ts";
import type { BatchManifest } from "../../../shared/records/manifest.ts";
import type { Plan } from "../../../shared/records/plan.ts";
import { openWorkshop, type Workshop } from "../workshop.ts";

/** Three movers, planned and not yet run. */
async function planned(): Promise<{ workshop: Workshop; folder: string }> {
  const workshop = openWorkshop();
  for (const name of ["a", "b", "c"]) workshop.directory.addUser(`${name}@contoso.com`);
  const lines = ["a", "b", "c"].map((name) => `{"user":"${name}@contoso.com","city":"Oslo"}\n`);
  const folder = await workshop.drop("user.update/movers.jsonl", lines.join(""));
  return { workshop, folder };
}

const verdictsIn = (csv: string): string[] => csv.match(/,done,/g) ?? [];

describe("no fault of a report keeps a batch from ending", () => {
  const nested = `${"[".repeat(6_000)}${"]".repeat(6_000)}`;
  const faults: readonly {
    readonly when: string;
    readonly harm: (workshop: Workshop, folder: string) => void | Promise<unknown>;
    readonly says: RegExp;
  }[] = [
    {
      when: "the input is gone",
      harm: ({ blobs }, folder) => blobs.batches.delete(`${folder}/input`),
      says: /input is missing/,
    },
    {
      when: "the input is cut short",
      harm: ({ blobs }, folder) =>
        blobs.batches.write(`${folder}/input`, '{"user":"a@contoso.com","city":"Oslo"}\n'),
      says: /input of row 2 and of later rows is missing/,
    },
    {
      when: "a row of an older release nests too deep",
      harm: ({ blobs }, folder) =>
        blobs.batches.write(
          `${folder}/input`,
          blobs.batches.text(`${folder}/input`).replace('"Oslo"', nested),
        ),
      says: /is not what was checked/,
    },
    {
      when: "report.csv cannot be written for an unexpected reason",
      harm: ({ blobs }) => {
        blobs.batches.before = (_change, path) => {
          if (path.endsWith(".csv")) throw new RangeError("Invalid string length");
        };
      },
      says: /report\.csv and report\.json could not be written\..+\(RangeError\)/,
    },
    {
      when: "report.html cannot be written for an unexpected reason",
      harm: ({ blobs }) => {
        blobs.batches.before = (_change, path) => {
          if (path.endsWith(".html")) throw new RangeError("Invalid string length");
        };
      },
      says: /report\.html could not be written\..+\(RangeError\)/,
    },
  ];
  for (const { when, harm, says } of faults) {
    it(`when ${when}, and the status says what is missing`, async () => {
      const { workshop, folder } = await planned();
      await harm(workshop, folder);
      await workshop.runAll(folder);
      const { batches } = workshop.blobs;
      const status = batches.json(`${folder}/status.json`);
      assert.equal(status["state"], "finished");
      assert.deepEqual(Object.values(status["verdicts"] as object)[0], 3);
      assert.match(String(status["reason"]), /^The reports are incomplete; the verdicts are not\./);
      assert.match(String(status["reason"]), says);
      const csv = batches.blobs.get(`${folder}/report.csv`);
      if (csv) {
        assert.equal(verdictsIn(csv.bytes.toString()).length, 3, "every row has its verdict");
        const missing = batches.json(`${folder}/report.json`)["missing"];
        const page = batches.blobs.get(`${folder}/report.html`)?.bytes.toString();
        if (page) {
          assert.match(String(missing), says);
          assert.match(page, /The reports are incomplete; the verdicts are not/);
        }
      }
      assert.equal(workshop.events.at(-1)?.event, "batch.finished");
    });
  }
});

/** A row with 60 KB in each of two cells. */
const wideRow = (row: number): ReportRow => ({
  row,
  operation: "user.update",
  cells: {
    user: `u${row}@contoso.com`,
    displayName: "&".repeat(60_000),
    otherMails: ["x".repeat(60_000)],
  },
  verdict: "failed",
  reason: `${row} ${"<".repeat(30_000)}`,
  fix: "y".repeat(30_000),
});

describe("report.html of wide rows", () => {
  it("stays small, because cells and reasons are cut and rows are bounded by their size", async () => {
    const picks = createPicks();
    for (let row = 1; row <= 3_000; row++) picks.add(wideRow(row));
    const picked = picks.value();
    assert.ok(JSON.stringify(picked).length < 4_000_000, "the rows that are kept");
    const { workshop, folder } = await planned();
    const { batches } = workshop.blobs;
    const manifest = batches.json(`${folder}/batch.json`) as unknown as BatchManifest;
    const plan = batches.json(`${folder}/plan.json`) as unknown as Plan;
    const verdicts = { done: 0, unchanged: 0, skipped: 0, failed: 3_000, held: 0, pending: 0 };
    const summary = summaryOf(manifest, plan, {
      state: "finished",
      verdicts,
      atMs: 0,
      decisions: [],
      quotaPerSecond: 20,
    });
    const page = reportHtml(summary, picked);
    assert.ok(page.length < 16_000_000, `${page.length} characters`);
    assert.match(page, /of 3,000 rows, those that need attention first/);
  });
});

/** A line of a wide input, and of its shard. */
const line = (at: number): string =>
  `${JSON.stringify({ user: `u${at}@contoso.com`, otherMails: ["x".repeat(30_000)] })}\n`;
const planLine = (at: number): string =>
  `${JSON.stringify({ row: at + 1, operation: "user.update", verdict: "unchanged", objectId: "o", reason: "z".repeat(30_000) })}\n`;

const none = async () => new Map<number, never>();

describe("reports of wide rows", () => {
  it("are written while the input is read, and hold no more than a few rows", async () => {
    const rows = 2_000;
    const { workshop, folder } = await planned();
    const { batches } = workshop.blobs;
    let read = 0;
    let written = 0;
    let furthest = 0;
    const lines = (make: (at: number) => string, from: number, to: number): Readable =>
      Readable.from(
        (function* () {
          for (let at = from; at < to; at++) {
            const bytes = Buffer.from(make(at));
            read += bytes.length;
            furthest = Math.max(furthest, read - written);
            yield bytes;
          }
        })(),
      );
    const stream = batches.stream.bind(batches);
    let inputsRead = 0;
    batches.stream = async (path, options) => {
      if (path === `${folder}/input`) inputsRead += 1;
      // The seal reads every blob once more.
      if (inputsRead === 2) return stream(path, options);
      if (path === `${folder}/input`) {
        // Before, the verdicts were counted, without a report.
        [read, written, furthest] = [0, 0, 0];
        return { body: lines(line, 0, rows), facts: (await stream(path, options))!.facts };
      }
      const shard = Number(/shards\/(\d+)/.exec(path)?.[1] ?? 0);
      if (shard === 0) return stream(path, options);
      const facts = (await stream(`${folder}/shards/00001.jsonl`))!.facts;
      return { body: lines(planLine, (shard - 1) * 1_000, shard * 1_000), facts };
    };
    batches.writeStream = async (_path, body) => {
      let bytes = 0;
      for await (const part of body) {
        bytes += (part as Buffer).length;
        written += (part as Buffer).length;
      }
      return { etag: "0x1", bytes };
    };
    const plan = { ...batches.json(`${folder}/plan.json`), rows, shards: 2 };
    await batches.write(`${folder}/plan.json`, JSON.stringify(plan));
    const counts = await workshop.batches.finishBatch(folder, none);
    assert.equal(counts.unchanged, rows);
    assert.ok(written > 100_000_000, `${written} bytes written`);
    assert.ok(furthest < 2_000_000, `${furthest} bytes read ahead`);
  });
});
