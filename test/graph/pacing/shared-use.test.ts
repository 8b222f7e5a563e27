import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSharedUse } from "../../../shared/graph/pacing/shared-use.ts";
import { QUOTA, read, shareOf, WINDOW_MS } from "./simulate-reads.ts";

const begin = () => createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
const taken = { parts: ["taken"] } as const;
/** What is answered 100 ms after it left. */
const said = (used: number | undefined, now: number) =>
  [{ ...taken, grantedAt: now - 100, used }, now] as const;

/** While Graph tells of so much, and once it tells of what is steered for. */
function above(used: number, forMs: number): number[] {
  const use = begin();
  use.answered(...said(0.82, 100));
  let now = 100;
  for (; now < forMs; now += 400) use.answered(...said(used, now + 400));
  const meanwhile = use.shareAt(now);
  use.answered(...said(0.82, now + 400));
  return [meanwhile, use.shareAt(now + 400)];
}

/** After two words that took so long. */
function toldAfter(answerMs: number): number {
  const use = begin();
  for (const now of [2_000, 2_400])
    use.answered({ ...taken, grantedAt: now - answerMs, used: 0.9 }, now);
  return use.shareAt(2_400);
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

describe("eight readers whose answers are slow", () => {
  const answers = [
    [60, 260],
    [200, 600],
    [500, 1000],
    [100, 1500],
  ] as const;
  // Users cost 1 each, transitive members 4.
  const beside = { quota: 5000, post: [20, 80], tool: 0.11 };
  for (const answerMs of answers) {
    const inMs = `${answerMs.join(" to ")} ms`;
    for (const seed of [1, 2, 3]) {
      it(`leave the reserve beside writes and another tool, answered in ${inMs}, seed ${seed}`, () => {
        const story = read(8, { forMs: 120_000, seed, answerMs, joinsAt: 15_000, ...beside });
        assert.equal(story.refusedWrites, 0);
        const flowed = (5000 / WINDOW_MS) * 120_000;
        assert.ok(story.refusedReads + story.refusedOthers <= 0.001 * flowed);
        const used = story.uses.filter(({ at }) => at >= 25_000).map((one) => one.used);
        const mean = used.reduce((sum, each) => sum + each, 0) / used.length;
        assert.ok(mean <= 0.85, `${mean}`);
        assert.ok(Math.max(...used) < 1);
        const share = shareOf(story, () => true, [25_000, 120_000], 5000);
        assert.ok(share > 0.82, `${share}`);
        const each = Array.from({ length: 8 }, (_, at) =>
          shareOf(story, (by) => by === at, [25_000, 120_000], 5000),
        );
        assert.ok(Math.min(...each) > 0.5 * (share / 8), each.join());
      });
    }
  }
});

describe("the share of a quota that an instance uses", () => {
  it("is the whole as long as nothing is answered", () => {
    assert.equal(begin().shareAt(5), 1);
  });

  it("is less for a while if Graph tells nothing and answers are slow, and the whole afterwards", () => {
    const use = begin();
    for (let now = 800; now <= 30_000; now += 400) {
      use.answered({ ...taken, grantedAt: now - 800 }, now);
      if (now < 1200) assert.equal(use.shareAt(now), 1);
      // Eight of them, who use 0.6 of what flows in each, use less than a fifth of the quota until they are told.
      else if (now < 8000) assert.ok((8 * 0.6 * use.shareAt(now) - 1) * 0.12 < 0.2, `${now}`);
    }
    assert.equal(use.shareAt(30_000), 1);
  });

  it("falls to less than a fifth if the first answer tells of the use, and comes back", () => {
    const use = begin();
    use.answered(...said(0.82, 1_000));
    assert.equal(use.shareAt(1_000), 0.18);
    assert.ok(use.shareAt(4_000) > 0.2 && use.shareAt(4_000) < 1);
    assert.equal(use.shareAt(60_000), 1);
  });

  it("is a part of what eight have used since they began together", () => {
    const use = begin();
    for (let now = 100; now < 2100; now += 100) use.answered(...said(undefined, now));
    use.answered(...said(0.82, 2_100));
    // At 4.8 of what flows in, four fifths are used after 0.21 windows.
    assert.ok(8 * 0.6 * use.shareAt(2_100) < 0.9, `${use.shareAt(2_100)}`);
    assert.ok(8 * 0.6 * use.shareAt(2_100) > 0.4, `${use.shareAt(2_100)}`);
  });

  it("comes back slowly while Graph tells, and fast once it does not", () => {
    const use = begin();
    for (let now = 100; now <= 4_100; now += 400) use.answered(...said(0.82, now));
    const told = use.shareAt(4_100);
    assert.ok(told > 0.18 && told < 0.21, `${told}`);
    for (let now = 4_500; now <= 8_100; now += 400) use.answered(...said(undefined, now));
    assert.ok(use.shareAt(8_100) > told + 0.1, `${use.shareAt(8_100)}`);
  });

  it("is the mean of a silence at its end", () => {
    const use = begin();
    use.answered(...said(0.82, 100));
    for (let now = 500; now <= 12_100; now += 400) use.answered(...said(undefined, now));
    const [low, high] = [0.18, use.shareAt(12_100)];
    use.answered(...said(0.82, 12_500));
    assert.ok(Math.abs(use.shareAt(12_500) - (low + high) / 2) < 0.03, `${use.shareAt(12_500)}`);
  });

  it("falls at once with the use above the reserve, and the more lastingly the longer it is above", () => {
    const [atOnce = 0, stays = 0] = above(0.9, 400);
    assert.ok(atOnce < 0.7 * 0.18 && stays > atOnce && stays < 0.18, `${atOnce} ${stays}`);
    const [, longer = 0] = above(0.9, 4_000);
    assert.ok(longer < 0.8 * stays, `${longer} ${stays}`);
  });

  it("follows the use less if it takes long to be told", () => {
    assert.ok(toldAfter(1_900) > 1.2 * toldAfter(100), `${toldAfter(1_900)} ${toldAfter(100)}`);
  });

  it("is halved once for what was under way when nearly all was used", () => {
    const use = begin();
    use.answered(...said(0.82, 1_000));
    use.answered(...said(0.98, 1_300));
    const halved = use.shareAt(1_300);
    use.answered({ ...taken, grantedAt: 1_250, used: 0.98 }, 1_600);
    assert.ok(halved <= 0.09, `${halved}`);
    assert.ok(use.shareAt(1_600) > 0.8 * halved, `${use.shareAt(1_600)} ${halved}`);
  });

  it("falls once for answers that come together", () => {
    const use = begin();
    for (const now of [1_000, 1_010, 1_020]) use.answered(...said(0.95, now));
    const once = begin();
    once.answered(...said(0.95, 1_000));
    assert.equal(use.shareAt(1_020), once.shareAt(1_020));
  });

  it("does not change by answers that took nothing and tell nothing, nor by those that left earlier", () => {
    const use = begin();
    use.answered(...said(0.9, 1_000));
    const before = use.shareAt(1_500);
    use.answered({ parts: ["shed", "unknown"], grantedAt: 1_200 }, 1_500);
    use.answered({ ...taken, grantedAt: 800 }, 1_500);
    use.answered({ ...taken, grantedAt: 850, used: 0.99 }, 1_500);
    assert.ok(Math.abs(use.shareAt(1_500) / before - 1) < 0.01, `${before} ${use.shareAt(1_500)}`);
  });
});
