import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type Histories, applyRecord } from "../../../shared/records/history/row-history.ts";
import { type JournalRecord } from "../../../shared/records/journal.ts";

const at = "2026-11-21T08:00:00.000Z";

const ended = (verdict: "held" | "failed"): JournalRecord => ({
  t: "settled",
  at,
  rows: [{ kind: "final", row: 1, receipt: { verdict, reason: "r", fix: "f" } }],
});

const after = (...records: readonly JournalRecord[]): Histories => {
  const rows: Histories = new Map();
  for (const record of records) applyRecord(rows, record);
  return rows;
};

describe("a release", () => {
  const release: JournalRecord = { t: "released", at, digest: "d", rows: [1, 2] };

  it("lets a held row go on", () =>
    assert.equal(after(ended("held"), release).get(1)?.state, "unsent"));

  it("changes no other verdict, and no row that was not held", () => {
    const rows = after(ended("failed"), release);
    assert.equal(rows.get(1)?.receipt?.verdict, "failed");
    assert.equal(rows.has(2), false);
  });

  it("lets a row be held again", () =>
    assert.equal(after(ended("held"), release, ended("held")).get(1)?.state, "final"));
});
