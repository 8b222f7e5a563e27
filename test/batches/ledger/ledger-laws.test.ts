import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { Receipt } from "../../../shared/catalogue/row.ts";
import { capsWith } from "../../guards/caps.ts";
import { shardRows } from "../workshop.ts";
import { approve, begin, type Begun, HOUR, send } from "./ledger-workshop.ts";

const PER_DAY = 4;
const PER_BATCH = 3;
const DAY = 24 * HOUR;

/** What may happen, in any order. `kill`: the process dies at this change of storage; 0 is never. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      rows: fc.integer({ min: 1, max: PER_BATCH + 1 }),
      /** Its name differs in letters' case only, or its message is delivered to two acceptors at once. */
      how: fc.constantFrom("once", "twice", "capitals"),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("open" as const),
      batch: fc.nat(7),
      /** Asked at the same time: a runner that lost its lease may still be asking. */
      beside: fc.option(fc.nat(7), { nil: undefined }),
      kill: fc.nat(6),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      batch: fc.nat(7),
      rows: fc.integer({ min: 1, max: 4 }),
      outcome: fc.constantFrom("done", "done", "lost", "refused"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("finish" as const),
      batch: fc.nat(7),
      kill: fc.nat(9),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      minutes: fc.constantFrom(1, 200, 700, 1400, 1438, 1439, 1440, 1441),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("approve" as const),
      batch: fc.nat(7),
      /** A decision about another plan, replayed. */
      stale: fc.boolean(),
    }),
  },
  {
    weight: 5,
    /** All that usually happens to a batch. */
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      batch: fc.nat(7),
      outcome: fc.constantFrom("done", "done", "lost", "refused"),
    }),
  },
  /** Every batch is asked for at the same moment, and all that may run delete what they can. */
  { weight: 2, arbitrary: fc.record({ do: fc.constant("race" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A batch as the test knows it. */
interface Sent {
  readonly name: string;
  readonly rows: number;
  isApproved: boolean;
  /** The runner that lives now was told that it may run. */
  isOpen: boolean;
  isFinished: boolean;
  readonly receipts: Map<number, Receipt>;
}

/** A delete that took effect. */
interface Effect {
  readonly atMs: number;
  readonly isApproved: boolean;
}

function play() {
  const begun = begin(capsWith({ deletes: { perBatch: PER_BATCH, perDay: PER_DAY } }), 400);
  const sent: Sent[] = [];
  const effects: Effect[] = [];
  let users = 0;

  const mortal = async (kill: number, work: () => Promise<void>): Promise<void> => {
    let changes = 0;
    const before = (): void => {
      changes += 1;
      if (changes === kill) throw new Error("killed");
    };
    begun.blobs.batches.before = before;
    begun.blobs.runner.before = before;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Error) || error.message !== "killed") throw error;
      for (const batch of sent) batch.isOpen = false;
    } finally {
      begun.blobs.batches.before = () => undefined;
      begun.blobs.runner.before = () => undefined;
    }
  };
  const write = (batch: Sent, outcome: "done" | "lost" | "refused"): void => {
    const row = batch.receipts.size + 1;
    const finishedAt = new Date(begun.now()).toISOString();
    const fix = { reason: "-", fix: "-", finishedAt };
    const receipts: Record<typeof outcome, Receipt> = {
      done: { verdict: "done", status: 204, attempts: 1, finishedAt },
      lost: { verdict: "failed", attempts: 3, ...fix },
      refused: { verdict: "failed", status: 403, attempts: 1, ...fix },
    };
    batch.receipts.set(row, receipts[outcome]);
    if (outcome === "refused") return;
    effects.push({ atMs: begun.now(), isApproved: batch.isApproved });
    check();
  };
  /** Batches that nobody approved delete at most what the cap allows, in any 24 hours. */
  const check = (): void => {
    const young = effects.filter(({ atMs, isApproved }) => !isApproved && atMs > begun.now() - DAY);
    assert.ok(young.length <= PER_DAY, `${young.length} deletes in 24 hours`);
  };

  return { begun, sent, effects, mortal, write, nextUser: () => users++ };
}

const isMarked = ({ blobs }: Begun, { name }: Sent): boolean =>
  [...blobs.runner.blobs.keys()].some(
    (each) => each.includes("/queue/") && each.endsWith(`-${name}`),
  );

const markerOf = ({ blobs }: Begun, { name }: Sent): string =>
  [...blobs.runner.blobs.keys()].find(
    (each) => each.includes("/queue/") && each.endsWith(`-${name}`),
  ) ?? "";

/** One of the batches that are not finished. */
function pick(sent: readonly Sent[], at: number): Sent | undefined {
  const open = sent.filter(({ isFinished }) => !isFinished);
  return open[at % open.length];
}

type Play = ReturnType<typeof play>;

async function sendOne(
  { begun, sent, nextUser }: Play,
  { rows, how }: { rows: number; how: string },
) {
  const last = sent.at(-1);
  const name = how === "capitals" && last ? last.name.toUpperCase() : `batch-${sent.length}`;
  const deletes = Array.from({ length: rows }, () => ({
    operation: "user.delete",
    user: `u${nextUser()}@contoso.com`,
  }));
  if (how === "twice") {
    const message = { version: 1, batch: name, mode: "apply", rows: deletes };
    const deliver = (messageId: string) =>
      begun.batches.accept(message, { messageId, deadlineMs: Infinity });
    await Promise.all([deliver("m-1"), deliver("m-2")]);
  }
  await send(begun, name, deletes);
  if (!begun.blobs.batches.blobs.has(`${name}/plan.json`)) return;
  if (sent.some((each) => each.name === name)) return;
  const fresh = { isApproved: false, isOpen: false, isFinished: false, receipts: new Map() };
  sent.push({ name, rows, ...fresh });
}

async function openOne({ begun, sent, mortal }: Play, wanted: readonly number[], kill: number) {
  const batches = [...new Set(wanted.flatMap((at) => pick(sent, at) ?? []))].filter((each) =>
    isMarked(begun, each),
  );
  await mortal(kill, async () => {
    const answers = await Promise.all(
      batches.map(async (batch) => [batch, await begun.batches.admit(batch.name)] as const),
    );
    for (const [batch, { kind }] of answers) {
      batch.isOpen = kind === "run";
      if (kind === "held") await begun.blobs.runner.delete(markerOf(begun, batch));
    }
  });
}

async function writeSome({ begun, sent, write }: Play, at: number, rows: number, outcome: "done") {
  const batch = pick(sent, at);
  if (!batch?.isOpen || batch.isFinished) return;
  await begun.blobs.batches.write(`${batch.name}/journal/00001.jsonl`, "");
  for (let times = 0; times < rows && batch.receipts.size < batch.rows; times++) {
    write(batch, outcome);
  }
}

async function finishOne(game: Play, at: number, kill: number): Promise<void> {
  const { begun, sent, mortal } = game;
  const batch = pick(sent, at);
  if (!batch?.isOpen) return;
  await writeSome(game, at, batch.rows, "done");
  await mortal(kill, async () => {
    assert.equal(shardRows(begun.blobs.batches, batch.name).length, batch.rows);
    await begun.batches.finishBatch(batch.name, async () => batch.receipts);
    batch.isFinished = true;
    await begun.blobs.runner.delete(markerOf(begun, batch));
    batch.isOpen = false;
  });
}

async function approveOne({ begun, sent }: Play, at: number, stale: boolean): Promise<void> {
  const batch = pick(sent, at);
  if (!batch || batch.isFinished) return;
  const isHeld = begun.blobs.batches.json(`${batch.name}/status.json`)["state"] === "held";
  if (!isHeld) return;
  await approve(begun, batch.name, stale ? `sha256:${"0".repeat(64)}` : undefined);
  batch.isApproved ||= !stale;
  if (isMarked(begun, batch)) return;
  const { acceptedAt, tenant } = begun.blobs.batches.json(`${batch.name}/batch.json`);
  const marker = `${String(tenant)}/queue/1-${String(acceptedAt)}-${batch.name}`;
  await begun.blobs.runner.write(marker, JSON.stringify({ folder: batch.name }));
}

async function doStep(game: Play, each: Step): Promise<void> {
  switch (each.do) {
    case "send":
      return sendOne(game, each);
    case "open":
      return openOne(
        game,
        [each.batch, ...(each.beside === undefined ? [] : [each.beside])],
        each.kill,
      );
    case "write":
      return writeSome(game, each.batch, each.rows, each.outcome as "done");
    case "finish":
      return finishOne(game, each.batch, each.kill);
    case "wait":
      return game.begun.wait(each.minutes * 60_000);
    case "run":
      await openOne(game, [each.batch], 0);
      await writeSome(game, each.batch, PER_BATCH, each.outcome as "done");
      return finishOne(game, each.batch, 0);
    case "race":
      await openOne(game, [...game.sent.keys()], 0);
      for (const at of game.sent.keys()) await writeSome(game, at, PER_BATCH, "done");
      return;
    case "approve":
      return approveOne(game, each.batch, each.stale);
    case "restart":
      for (const batch of game.sent) batch.isOpen = false;
  }
}

describe("a cap over 24 hours", () => {
  it("is exceeded by no schedule of splitting, racing, killing, waiting and replayed decisions, not by one row", async () => {
    let deleted = 0;
    let held = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        const game = play();
        for (const each of steps) await doStep(game, each);
        deleted += game.effects.length;
        held += game.begun.events.filter(({ event }) => event === "batch.held").length;
      }),
      { numRuns: 300 },
    );
    assert.ok(deleted > 150 && held > 50, `${deleted} deletes, ${held} held: nothing was tried`);
  });
});
