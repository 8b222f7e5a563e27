import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createCsvReader } from "../../../shared/batches/formats/csv.ts";
import { createPicks } from "../../../shared/batches/report/report-picks.ts";
import { verdicts, type Receipt } from "../../../shared/catalogue/row.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

const own = [
  "verdict",
  "reason",
  "fix",
  "objectId",
  "requestId",
  "status",
  "attempts",
  "finishedAt",
];

function rowsOf(text: string): Record<string, unknown>[] {
  const reader = createCsvReader();
  const pieces = [reader.push(text), reader.end()];
  return pieces.flatMap(({ rows }) => rows.map(({ cells }) => ({ ...cells })));
}

const none = async () => new Map<number, Receipt>();

/** A failed row with one of three reasons that differ by a number, or another without a reason. */
const reportRow = (at: number, verdict: (typeof verdicts)[number]) => ({
  row: at,
  operation: "user.disable",
  cells: { user: `u${at}` },
  verdict,
  ...(verdict === "failed" && { reason: `Row ${at % 3} stands in the way.`, fix: "Look." }),
});

/** 1,200 updates over two shards, some unchanged, some failing, planned and not yet run. */
async function planned(): Promise<{ workshop: Workshop; folder: string; input: string }> {
  const workshop = openWorkshop();
  const lines = Array.from({ length: 1_200 }, (_, at) => {
    workshop.directory.addUser(`user${at}@contoso.com`, { city: at % 5 === 0 ? "Oslo" : "Rome" });
    const user = at % 50 === 7 ? `nobody${at}@contoso.com` : `user${at}@contoso.com`;
    return `${user};Oslo;"Lead; ""${at}"""`;
  });
  const input = `user;city;jobTitle\n${lines.join("\n")}\n`;
  const folder = await workshop.drop("user.update/movers.csv", input);
  return { workshop, folder, input };
}

describe("the reports of a finished batch", () => {
  it("have every row with its cells, in the input's order, and its verdict", async () => {
    const { workshop, folder, input } = await planned();
    const receipts = new Map<number, Receipt>();
    for (const shard of [1, 2]) {
      for (const { row, write } of shardRows(workshop.blobs.batches, folder, shard)) {
        if (!write) continue;
        const proof = { requestId: `r-${row}/1`, attempts: 1, finishedAt: "2026-11-20T10:00:00Z" };
        receipts.set(
          row,
          row % 9 === 0
            ? { verdict: "failed", reason: 'Graph said "no"', fix: "Ask.", status: 403, ...proof }
            : { verdict: "done", objectId: write.target["user"], status: 204, ...proof },
        );
      }
    }
    const counts = await workshop.batches.finishBatch(
      folder,
      async (shard) => new Map([...receipts].filter(([row]) => Math.ceil(row / 1_000) === shard)),
    );
    const { batches } = workshop.blobs;
    const before = rowsOf(input);
    const after = rowsOf(batches.text(`${folder}/report.csv`));
    assert.equal(after.length, 1_200);
    for (const [at, row] of after.entries()) {
      const { user, city, jobTitle } = row;
      assert.deepEqual({ user, city, jobTitle }, before[at]);
      const receipt: Receipt | undefined = receipts.get(at + 1);
      if (!receipt) continue;
      for (const name of own) {
        assert.equal(
          row[name],
          String(receipt[name as keyof Receipt] ?? ""),
          `${name} of ${at + 1}`,
        );
      }
    }
    const tally = Object.fromEntries(
      verdicts.map((verdict) => [
        verdict,
        after.filter((row) => row["verdict"] === verdict).length,
      ]),
    );
    assert.deepEqual(counts, tally);

    const json = batches.json(`${folder}/report.json`);
    assert.deepEqual(json["verdicts"], tally);
    const jsonRows = json["rows"] as { row: number; verdict: string; input: object }[];
    assert.deepEqual(
      jsonRows.map(({ row, verdict, input: cells }) => [row, verdict, cells]),
      after.map((row, at) => [at + 1, row["verdict"], before[at]]),
    );
    const status = batches.json(`${folder}/status.json`);
    assert.deepEqual([status["state"], status["verdicts"]], ["finished", tally]);
    const finished = workshop.events.filter(({ event }) => event === "batch.finished");
    assert.equal(finished.length, 1);
  });

  it("are written once; finishing again writes and emits nothing", async () => {
    const { workshop, folder } = await planned();
    await workshop.runAll(folder);
    const before = workshop.blobs.batches.blobs.get(`${folder}/report.csv`)?.etag;
    const events = workshop.events.length;
    await workshop.runAll(folder);
    assert.equal(workshop.blobs.batches.blobs.get(`${folder}/report.csv`)?.etag, before);
    assert.equal(workshop.events.length, events);
  });

  it("are not written while a row has no verdict: a batch never ends with one pending", async () => {
    const { workshop, folder } = await planned();
    await assert.rejects(workshop.batches.finishBatch(folder, none), /\d+ rows .+ still pending/);
    assert.equal(workshop.blobs.batches.blobs.has(`${folder}/report.csv`), false);
    assert.equal(workshop.blobs.batches.json(`${folder}/status.json`)["state"], "accepted");
  });

  it("show JSON rows as they were sent, cleared and nested values included", async () => {
    const workshop = openWorkshop();
    workshop.directory.addUser("ann@contoso.com");
    const folder = await workshop.drop(
      "user.update/x.jsonl",
      '{"user":"ann@contoso.com","city":null,"otherMails":["a@x.com"]}\n{"user":"ann@contoso.com","state":"S"}\n',
    );
    await workshop.runAll(folder);
    const rows = rowsOf(workshop.blobs.batches.text(`${folder}/report.csv`));
    assert.deepEqual(
      rows.map(({ user, city, otherMails, state }) => [user, city, otherMails, state]),
      [
        ["ann@contoso.com", "(clear)", '["a@x.com"]', ""],
        ["ann@contoso.com", "", "", "S"],
      ],
    );
  });
});

describe("report.csv in a spreadsheet", () => {
  it("has no cell that it would run as a formula; numbers and the JSON report stay as sent", async () => {
    const workshop = openWorkshop();
    const formulas = ["=1+2", "+A1", "-A1", "@SUM(A1)", "＝1"];
    const rows = [...formulas, "-5", "+4712345678", "a=1"].map((city, at) => {
      workshop.directory.addUser(`user${at}@contoso.com`);
      return { operation: "user.update", user: `user${at}@contoso.com`, city };
    });
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
    await workshop.runAll("b");
    const { batches } = workshop.blobs;
    const cities = rowsOf(batches.text("b/report.csv")).map(({ city }) => city);
    assert.deepEqual(cities, [...formulas.map((each) => `'${each}`), "-5", "+4712345678", "a=1"]);
    const report = batches.json("b/report.json")["rows"] as { input: { city: string } }[];
    assert.deepEqual(
      report.map(({ input }) => input.city),
      rows.map(({ city }) => city),
    );
  });
});

describe("report.html", () => {
  it("is one page that loads nothing, with every text from outside escaped", async () => {
    const workshop = openWorkshop();
    const evil = `<script>alert(1)</script><img src=x onerror="alert(2)">'&`;
    workshop.directory.addUser("ann@contoso.com");
    const folder = await workshop.drop(
      "x.csv",
      `operation,user,group,member\ngroup.add-member,,"${evil.replaceAll('"', '""')}",ann@contoso.com\n${"user.disable,ann@contoso.com,,\n".repeat(10)}`,
    );
    await workshop.runAll(folder);
    const page = workshop.blobs.batches.text(`${folder}/report.html`);
    const tags = page.match(/<[a-z][^>]*>/gi)?.join("") ?? "";
    assert.doesNotMatch(tags, /<(script|img|link|iframe|object)\b|\s(src|on\w+|href)=(?!"#)/i);
    assert.match(page, /&#60;script&#62;alert\(1\)/);
    assert.doesNotMatch(page, /url\(|@import|https?:\/\//);
    assert.match(page, /<meta name="viewport"/);
    assert.match(page, /default-src 'none'/);
    assert.match(page, /No object has the id or name in column group/);
  });

  it("draws how many rows were changed in each second, beside the quota", async () => {
    const { workshop, folder } = await planned();
    const receipts = new Map<number, Receipt>();
    for (const shard of [1, 2]) {
      for (const { row, write } of shardRows(workshop.blobs.batches, folder, shard)) {
        if (!write) continue;
        const finishedAt = new Date(Date.UTC(2026, 10, 20, 10) + (row - 1) * 100).toISOString();
        receipts.set(row, { verdict: "done", requestId: "r/1", attempts: 1, finishedAt });
      }
    }
    await workshop.batches.finishBatch(folder, async () => receipts);
    const page = workshop.blobs.batches.text(`${folder}/report.html`);
    const [, bars = ""] = /<figure class="pace"><svg[^>]*>(.*?)<line/.exec(page) ?? [];
    assert.equal(bars.split("<rect").length - 1, 120, "a column a second");
    assert.match(
      page,
      new RegExp(`${receipts.size.toLocaleString("en")} rows changed in 120 seconds`),
    );
    assert.match(page, /The line is Graph's quota, 20 writes a second/);
  });

  it("says where the batch came from, and who decided what about it", async () => {
    const { workshop, folder } = await planned();
    const { batches } = workshop.blobs;
    const decided = {
      decisionId: "d-1",
      decision: "approve",
      at: "2026-11-20T10:00:00.000Z",
      by: { kind: "person", oid: "0000-1", name: "<Ann>" },
      outcome: "applied",
      plan: "sha256:00",
    };
    const control = { version: 1, standing: "open", approved: [], decisions: [decided] };
    await batches.write(`${folder}/control.json`, JSON.stringify(control));
    await workshop.runAll(folder);
    const page = batches.text(`${folder}/report.html`);
    assert.match(page, /<b>approve<\/b> .*by &#60;Ann&#62; \(0000-1\): plan <code>sha256:00</);
    const { contentSha256, source } = batches.json(`${folder}/batch.json`) as never as {
      contentSha256: string;
      source: { file: { path: string; etag: string } };
    };
    assert.ok(page.includes(contentSha256) && page.includes(source.file.etag));
    const report = batches.json(`${folder}/report.json`);
    assert.deepEqual(report["decisions"], [decided]);
    assert.equal(report["contentSha256"], contentSha256);
    assert.equal(report["fileEtag"], source.file.etag);
  });

  it("shows the rows that need attention first, and counts all of them", () => {
    const verdict = fc.constantFrom(...verdicts);
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 60 }), (all) => {
        const picks = createPicks(20);
        for (const [at, each] of all.entries()) picks.add(reportRow(at + 1, each));
        const { rows, reasons } = picks.value();
        assert.equal(rows.length, Math.min(20, all.length));
        const order = ["failed", "held", "skipped", "pending", "unchanged", "done"];
        const places = rows.map((each) => order.indexOf(each.verdict) * 1_000 + each.row);
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        );
        const failed = all.filter((each) => each === "failed").length;
        assert.equal(
          reasons.reduce((sum, { rows: count }) => sum + count, 0),
          failed,
        );
        assert.ok(reasons.length <= 1, "reasons that differ by a row's number are one");
      }),
    );
  });
});
