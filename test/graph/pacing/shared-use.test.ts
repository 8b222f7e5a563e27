import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createPace } from "../../../shared/graph/pacing/pacing.ts";
import { createSharedUse } from "../../../shared/graph/pacing/shared-use.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";

/** Resource units of a large tenant. */
const QUOTA = 8000;
const WINDOW_MS = 10_000;

interface Reading {
  readonly forMs: number;
  readonly seed: number;
  readonly joinsAt?: number;
  readonly leaveAt?: number;
  readonly others?: number;
  readonly quota?: number;
  /** Units of a post. */
  readonly post?: number;
}

interface Flight {
  readonly by: number;
  readonly grantedAt: number;
  readonly backAt: number;
  readonly taken: number;
  readonly used: number;
}

/**
 * `readers` read as much as they may for `forMs`, beside 20 writes a second of one unit each. The last
 * joins at `joinsAt`, and the first half of them leaves at `leaveAt`. `others` is the share of the quota
 * that somebody else takes evenly.
 */
function read(
  readers: number,
  { forMs, seed, joinsAt = 0, leaveAt = forMs, others = 0, quota = QUOTA, post = 20 }: Reading,
) {
  const random = seededRandom(seed);
  const drain = (from: number, to: number): number => (others * quota * (to - from)) / WINDOW_MS;
  const meter = createModelBucket({ quota, windowMs: WINDOW_MS, from: 0, level: quota, drain });
  const paces = Array.from({ length: readers }, () =>
    createPace({
      quota,
      windowMs: WINDOW_MS,
      aim: 0.6,
      burst: 20,
      retryFloorMs: 1000,
      startAt: 0,
      reserve: 0.15,
    }),
  );
  let flights: readonly Flight[] = [];
  const units = paces.map(() => 0);
  const taken: { readonly at: number; readonly by: number; readonly units: number }[] = [];
  const uses: { readonly at: number; readonly used: number }[] = [];
  let [now, nextWriteAt, refusedWrites, refusedReads] = [0, 1000, 0, 0];
  while (now < forMs) {
    const back = flights.toSorted((a, b) => a.backAt - b.backAt)[0];
    const backAt = back?.backAt ?? Number.POSITIVE_INFINITY;
    const [dueAt, by] = paces
      .map((pace, index): [number, number] => {
        const isFree = flights.filter((flight) => flight.by === index).length < 8;
        const hasLeft = index < readers / 2 && now >= leaveAt;
        const from = index === readers - 1 ? joinsAt : 0;
        const isReading = isFree && !hasLeft;
        return [isReading ? Math.max(now, from, pace.dueAt()) : Number.POSITIVE_INFINITY, index];
      })
      .toSorted(([a], [b]) => a - b)[0]!;
    now = Math.min(nextWriteAt, backAt, dueAt);
    if (now === nextWriteAt) {
      refusedWrites += 20 - meter.take(20, now);
      nextWriteAt += 1000;
    } else if (back && now === backAt) {
      flights = flights.filter((flight) => flight !== back);
      const parts = Array.from({ length: post }, (_, at) =>
        at < back.taken ? ("taken" as const) : ("refused" as const),
      );
      const used = back.used > 0.8 ? back.used : undefined;
      paces[back.by]!.answered({ grantedAt: back.grantedAt, parts, used }, now);
    } else {
      paces[by]!.grant(post, now, now);
      const found = meter.take(post, now);
      units[by]! += found;
      taken.push({ at: now, by, units: found });
      refusedReads += post - found;
      const used = Math.round(100 * meter.used(now)) / 100;
      uses.push({ at: now, used });
      const backIn = 60 + 200 * random();
      flights = [...flights, { by, grantedAt: now, backAt: now + backIn, taken: found, used }];
    }
  }
  return { refusedWrites, refusedReads, units, taken, uses };
}

describe("readers that share a tenant's resource units", () => {
  for (const readers of [1, 2, 8]) {
    it(`refuse no write to others when ${readers} of them read all the time`, () => {
      const { refusedWrites, refusedReads } = read(readers, { forMs: 120_000, seed: readers });
      assert.equal(refusedWrites, 0);
      assert.equal(refusedReads, 0);
    });
  }

  it("use what flows in, and each a fair part of it", () => {
    const { units } = read(8, { forMs: 120_000, seed: 3 });
    const inflow = (QUOTA / WINDOW_MS) * 120_000;
    const sum = units.reduce((all, each) => all + each, 0);
    assert.ok(sum > 0.85 * inflow, `${sum / inflow}`);
    assert.ok(Math.min(...units) > 0.5 * (sum / 8), units.join());
    assert.ok(Math.max(...units) < 2 * (sum / 8), units.join());
  });
});

/** What `of` took between two instants, as a share of what flowed in. */
const shareOf = (
  { taken }: ReturnType<typeof read>,
  of: (reader: number) => boolean,
  [from, to]: readonly [number, number],
  quota = QUOTA,
): number =>
  taken
    .filter(({ by, at }) => of(by) && at >= from && at < to)
    .reduce((sum, { units }) => sum + units, 0) /
  ((quota / WINDOW_MS) * (to - from));

describe("eight readers", () => {
  const sizes = [
    [3500, 20],
    [5000, 50],
    [8000, 20],
  ] as const;
  for (const [quota, post] of sizes) {
    for (const others of [0, 0.13]) {
      it(`leave the reserve of ${quota} units in posts of ${post}, others taking ${100 * others} %`, () => {
        const story = read(8, { forMs: 120_000, seed: quota, others, quota, post });
        const used = story.uses.filter(({ at }) => at > 2 * WINDOW_MS).map((one) => one.used);
        const mean = used.reduce((sum, each) => sum + each, 0) / used.length;
        assert.ok(mean <= 0.85, `${mean}`);
        assert.ok(Math.max(...story.uses.map((one) => one.used)) < 1);
        const share = shareOf(story, () => true, [20_000, 120_000], quota);
        assert.ok(share > 0.9 * (1 - others) && share <= 1.01 - others, `${share}`);
        assert.deepEqual([story.refusedReads, story.refusedWrites], [0, 0]);
      });
    }
  }

  it("give a newcomer most of its share within a window", () => {
    const story = read(8, { forMs: 60_000, seed: 5, joinsAt: 40_000 });
    const within = [45_000, 50_000] as const;
    const others = shareOf(story, (reader) => reader < 7, within) / 7;
    const newcomer = shareOf(story, (reader) => reader === 7, within);
    assert.ok(newcomer > 0.7 * others && newcomer < 1.5 * others, `${newcomer} ${others}`);
  });

  it("use within a window what four of them leave", () => {
    const story = read(8, { forMs: 70_000, seed: 6, leaveAt: 50_000 });
    const before = shareOf(story, () => true, [40_000, 50_000]);
    const after = shareOf(story, () => true, [60_000, 70_000]);
    assert.ok(after > 0.9 * before, `${before} ${after}`);
  });
});

describe("the share of a quota that an instance uses", () => {
  it("is the whole as long as Graph tells nothing", () => {
    assert.equal(createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 }).shareAt(5), 1);
  });

  it("falls to less than a fifth at the first word, and comes back", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    use.told(0.82, 1_000);
    assert.equal(use.shareAt(1_000), 0.18);
    assert.ok(use.shareAt(4_000) > 0.2 && use.shareAt(4_000) < 1);
    assert.equal(use.shareAt(60_000), 1);
  });

  it("comes back slowly while Graph tells, and fast once it does not", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    use.told(0.82, 0);
    const [first, second, third] = [0, 2_000, 4_000].map((at) => use.shareAt(at)) as [
      number,
      number,
      number,
    ];
    assert.ok(third - second > 4 * (second - first));
  });

  it("falls with the use above the reserve, and at once by more than what stays", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    use.told(0.82, 0);
    const before = use.shareAt(7_000);
    use.told(0.81, 7_000);
    assert.equal(use.shareAt(7_000), before);
    use.told(0.95, 8_000);
    const stays = (before + 0.008) * (1 - 15 * 0.13 * 0.1);
    assert.ok(Math.abs(use.shareAt(8_000) - stays * (1 - 5 * 0.13)) < 1e-9);
    assert.ok(use.shareAt(10_001) > stays);
  });

  it("falls once for answers that come together", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    for (const now of [1_000, 1_010, 1_020]) use.told(0.95, now);
    assert.ok(use.shareAt(1_020) >= 0.18);
  });
});
