import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { BEHIND_FAILED } from "../../../shared/catalogue/decided-row.ts";
import { recordJson } from "../../../shared/records/journal.ts";
import type { BatchManifest } from "../../../shared/records/manifest.ts";
import { openWorkshop, type Workshop } from "../workshop.ts";
import { type decisionOn, jobOn, runAndJournal, stagedRows, takeQueued } from "./jobs.ts";

const file = [
  "user;streetAddress;department",
  "ann@contoso.com;Oslo;Sales",
  "nobody@contoso.com; Rome ;(clear)",
  "bob@contoso.com;Ulm;Sales;too many",
  "cid@contoso.com",
  '"dee@contoso.com";"a ""quoted""\nline; with both";',
  "missing@contoso.com;Bonn;",
  "",
].join("\r\n");

/** A finished batch of which rows 2, 3, 4 and 6 failed. */
async function finished(workshop: Workshop): Promise<string> {
  for (const name of ["ann", "bob", "cid", "dee"])
    workshop.directory.addUser(`${name}@contoso.com`);
  const folder = await workshop.drop("user.update/people.csv", file);
  assert.ok(workshop.blobs.batches.blobs.has(`${folder}/plan.json`), "it was accepted");
  await runAndJournal(workshop, folder);
  return folder;
}

const open = (): Workshop => {
  const workshop = openWorkshop();
  const settings = { ...workshop.ports.settings, maxInvalidRowsPercent: 50 };
  return openWorkshop({ settings });
};

const report = (workshop: Workshop, folder: string): string =>
  workshop.blobs.batches.text(`${folder}/report.csv`);

describe("rerun", () => {
  it("makes a batch of the failed rows as they were sent, with their numbers, however many are invalid", async () => {
    const workshop = open();
    const folder = await finished(workshop);
    workshop.directory.addUser("missing@contoso.com");
    const strict = { ...workshop.ports.settings, maxInvalidRowsPercent: 0 };
    const { batch } = await rerun({ ...workshop.ports, settings: strict }, jobOn(workshop, folder));
    assert.equal(batch, `${folder.slice(0, 56)}-rerun-1`);
    await takeQueued(workshop);
    await workshop.runAll(batch);
    assert.deepEqual(
      report(workshop, batch)
        .split("\r\n")
        .map((line) => line.split(",").slice(0, 5).join(",")),
      [
        "originalRow,user,streetAddress,department,verdict",
        '2,nobody@contoso.com," Rome ",(clear),failed',
        "3,bob@contoso.com,Ulm,Sales,failed",
        "4,cid@contoso.com,,,failed",
        "6,missing@contoso.com,Bonn,,done",
        "",
      ],
    );
  });

  it("says in the new batch's manifest which batch it is from, and who decided it", async () => {
    const workshop = open();
    const folder = await finished(workshop);
    const who = { kind: "person", oid: "0b0e5c0e-1111-4222-a333-444455556666" } as const;
    const { batch } = await rerun(workshop.ports, { ...jobOn(workshop, folder), who });
    const manifest = workshop.blobs.batches.json(`${batch}/batch.json`) as unknown as BatchManifest;
    assert.deepEqual(manifest.origin, { kind: "rerun", of: folder, decisionId: "decision-1" });
    assert.deepEqual(manifest.submitter, who);
    assert.equal(manifest.operation, "user.update");
    assert.equal(manifest.mode, "apply");
  });

  it("makes one batch for one decision, and another for the next", async () => {
    const workshop = open();
    const folder = await finished(workshop);
    const made = async (decisionId: string): Promise<string> =>
      (await rerun(workshop.ports, jobOn(workshop, folder, { decisionId }))).batch;
    const first = await made("decision-1");
    await takeQueued(workshop);
    const again = await made("decision-1");
    const second = await made("decision-2");
    const late = await made("decision-1");
    assert.deepEqual([again, late], [first, first]);
    assert.match(second, /-rerun-2$/);
    await takeQueued(workshop);
    const accepted = workshop.events.filter(({ event }) => event === "batch.accepted");
    assert.equal(accepted.length, 3, "the batch itself and two reruns");
  });

  it("continues after a crash at any step, and makes one batch", async () => {
    let crashes = 0;
    for (let crash = 0; crash < 12; crash++) {
      const workshop = open();
      const folder = await finished(workshop);
      let changes = 0;
      const end = (): void => {
        if (changes++ === crash) throw new TypeError("the process ended");
      };
      for (const container of Object.values(workshop.blobs)) container.before = end;
      const send = async (text: string): Promise<void> => {
        end();
        workshop.queued.push(text);
      };
      const ports = { ...workshop.ports, acceptQueue: { send } };
      await rerun(ports, jobOn(workshop, folder)).catch((error: unknown) => {
        assert.ok(error instanceof TypeError, String(error));
      });
      for (const container of Object.values(workshop.blobs)) container.before = () => undefined;
      crashes += changes > crash ? 1 : 0;
      const { batch } = await rerun(workshop.ports, jobOn(workshop, folder));
      await takeQueued(workshop);
      assert.match(batch, /-rerun-1$/);
      assert.equal(workshop.blobs.batches.json(`${batch}/plan.json`)["rows"], 4);
    }
    assert.ok(crashes >= 3, `it ended at ${crashes} steps`);
  });

  it("takes chosen rows, and the name that the decision gives", async () => {
    const workshop = open();
    const folder = await finished(workshop);
    const { batch } = await rerun(
      workshop.ports,
      jobOn(workshop, folder, { rows: [1, 5], as: "twice" }),
    );
    assert.equal(batch, "twice");
    await takeQueued(workshop);
    await workshop.runAll("twice");
    const rows = report(workshop, "twice");
    assert.match(rows, /^1,ann@contoso\.com,Oslo,Sales,/m);
    assert.match(rows, /^5,dee@contoso\.com,"a ""quoted""\nline; with both",,/m);
  });

  it("takes the rows of a held batch, and those in JSON with the values that they had", async () => {
    const workshop = openWorkshop();
    const people = Array.from({ length: 12 }, (_, at) =>
      workshop.directory.addUser(`leaver${at}@contoso.com`),
    );
    const rows = people.map((user) => ({ operation: "user.delete", user }));
    await workshop.deliver({ version: 1, batch: "leavers", mode: "apply", rows });
    assert.equal(workshop.blobs.batches.json("leavers/status.json")["state"], "held");
    const { batch } = await rerun(workshop.ports, jobOn(workshop, "leavers", { rows: "held" }));
    await takeQueued(workshop);
    assert.equal(batch, "leavers-rerun-1");
    assert.equal(workshop.blobs.batches.json(`${batch}/plan.json`)["rows"], 12);
    assert.equal(
      workshop.blobs.batches.text(`${batch}/input`).split("\n")[2],
      JSON.stringify({ originalRow: 3, ...rows[2] }),
    );
  });

  it("takes the rows that a cancelled batch had not written yet as held ones", async () => {
    const workshop = openWorkshop();
    const rows = ["ann", "bob"].map((name) => {
      const user = workshop.directory.addUser(`${name}@contoso.com`);
      return { operation: "user.update", user, city: "Ulm" };
    });
    await workshop.deliver({ version: 1, batch: "movers", mode: "apply", rows });
    const at = "2026-11-21T00:00:00.000Z";
    const done = { kind: "final", row: 1, receipt: { verdict: "done" } } as const;
    const record = recordJson({ t: "receipt", post: "1", at, rows: [done] });
    const { batches } = workshop.blobs;
    await batches.write("movers/journal/00001.jsonl", `${record}\n`);
    const status = { ...batches.json("movers/status.json"), state: "cancelled" };
    await batches.write("movers/status.json", JSON.stringify(status));
    const { batch } = await rerun(workshop.ports, jobOn(workshop, "movers", { rows: "held" }));
    assert.deepEqual(stagedRows(workshop, batch), [{ originalRow: 2, ...rows[1] }]);
  });

  it("can be sent again itself, with the numbers of the batch it is from", async () => {
    const workshop = open();
    const folder = await finished(workshop);
    const first = await rerun(workshop.ports, jobOn(workshop, folder));
    await takeQueued(workshop);
    await workshop.runAll(first.batch);
    const second = await rerun(workshop.ports, jobOn(workshop, first.batch, { as: "third-time" }));
    await takeQueued(workshop);
    const lines = workshop.blobs.batches.text(`${second.batch}/input`).split("\r\n");
    assert.deepEqual(lines.slice(0, 4), [
      "originalRow,user,streetAddress,department",
      '1,nobody@contoso.com," Rome ",(clear)',
      "2,bob@contoso.com,Ulm,Sales,too many",
      "3,cid@contoso.com",
    ]);
  });

  describe("is refused in words", () => {
    const refusals: {
      when: string;
      decision: Parameters<typeof decisionOn>[1];
      says: RegExp;
    }[] = [
      { when: "no row is held", decision: { rows: "held" }, says: /no row that is held/ },
      { when: "there is no such row", decision: { rows: [7] }, says: /6 rows, and no row 7/ },
      { when: "the name is taken", decision: { as: "other" }, says: /other belongs to another/ },
    ];
    for (const { when, decision, says } of refusals) {
      it(`if ${when}`, async () => {
        const workshop = open();
        const folder = await finished(workshop);
        const rows = [{ operation: "user.update", user: "ann@contoso.com", city: "Ulm" }];
        await workshop.deliver({ version: 1, batch: "other", mode: "plan", rows });
        await assert.rejects(rerun(workshop.ports, jobOn(workshop, folder, decision)), says);
      });
    }

    it("if the batch has not ended, or was only planned", async () => {
      const workshop = open();
      workshop.directory.addUser("ann@contoso.com");
      const rows = [{ operation: "user.update", user: "ann@contoso.com", city: "Ulm" }];
      await workshop.deliver({ version: 1, batch: "open", mode: "apply", rows });
      await workshop.deliver({ version: 1, batch: "look", mode: "plan", rows });
      await assert.rejects(
        rerun(workshop.ports, jobOn(workshop, "open")),
        /batch open is accepted/,
      );
      await assert.rejects(rerun(workshop.ports, jobOn(workshop, "look")), /batch look is planned/);
    });
  });

  it("takes rows along that were skipped because a failed one was to create their user", async () => {
    const workshop = open();
    const rows = [
      { operation: "user.create", userPrincipalName: "new@contoso.com", displayName: "New" },
      { operation: "user.disable", user: "new@contoso.com" },
      { operation: "user.disable", user: "new@contoso.com" },
    ];
    await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
    await runAndJournal(workshop, "b");
    const at = "2026-11-21T00:00:00.000Z";
    const ends = ([1, 2] as const).map((row) => ({
      kind: "final" as const,
      row,
      receipt: {
        verdict: row === 1 ? ("failed" as const) : ("skipped" as const),
        reason: "r",
        fix: "f",
        finishedAt: at,
        ...(row === 2 && { cause: BEHIND_FAILED }),
      },
    }));
    const record = recordJson({ t: "receipt", post: "1", at, rows: ends });
    await workshop.blobs.batches.write("b/journal/00001.jsonl", `${record}\n`);
    const { batch } = await rerun(workshop.ports, jobOn(workshop, "b"));
    assert.deepEqual(
      stagedRows(workshop, batch).map(({ originalRow }) => originalRow),
      [1, 2],
    );
  });

  it("sends every chosen row with the cells that it had, whatever they hold", async () => {
    const cell = fc.string({ unit: "grapheme", maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async (cells) => {
        const workshop = openWorkshop({
          settings: { ...openWorkshop().ports.settings, maxInvalidRowsPercent: 100 },
        });
        const rows = cells.map((city) => ({
          operation: "user.update",
          user: "nobody@contoso.com",
          city,
        }));
        await workshop.deliver({ version: 1, batch: "b", mode: "apply", rows });
        await workshop.runAll("b").catch(() => undefined);
        const { batch } = await rerun(workshop.ports, jobOn(workshop, "b"));
        assert.deepEqual(
          stagedRows(workshop, batch),
          rows.map((row, at) => ({ originalRow: at + 1, ...row })),
        );
      }),
      { numRuns: 25 },
    );
  });
});
