import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createPace } from "../../../shared/graph/pacing/pacing.ts";
import { createSharedUse } from "../../../shared/graph/pacing/shared-use.ts";
import { seededRandom } from "../../core/seeded-random.ts";
import { createModelBucket } from "./model-bucket.ts";

/** Resource units of a large tenant. */
const QUOTA = 8000;
const WINDOW_MS = 10_000;
const POST = 20;

interface Flight {
  readonly by: number;
  readonly grantedAt: number;
  readonly backAt: number;
  readonly taken: number;
  readonly used: number;
}

/** `readers` read as much as they may for `forMs`, beside 20 writes a second of one unit each. */
function read(readers: number, { forMs, seed }: { forMs: number; seed: number }) {
  const random = seededRandom(seed);
  const meter = createModelBucket({ quota: QUOTA, windowMs: WINDOW_MS, from: 0, level: QUOTA });
  const paces = Array.from({ length: readers }, () =>
    createPace({
      quota: QUOTA,
      windowMs: WINDOW_MS,
      aim: 0.6,
      burst: POST,
      retryFloorMs: 1000,
      startAt: 0,
      reserve: 0.15,
    }),
  );
  let flights: readonly Flight[] = [];
  const units = paces.map(() => 0);
  let [now, nextWriteAt, refusedWrites, refusedReads] = [0, 1000, 0, 0];
  while (now < forMs) {
    const back = flights.toSorted((a, b) => a.backAt - b.backAt)[0];
    const backAt = back?.backAt ?? Number.POSITIVE_INFINITY;
    const [dueAt, by] = paces
      .map((pace, index): [number, number] => {
        const isFree = flights.filter((flight) => flight.by === index).length < 8;
        return [isFree ? Math.max(now, pace.dueAt()) : Number.POSITIVE_INFINITY, index];
      })
      .toSorted(([a], [b]) => a - b)[0]!;
    now = Math.min(nextWriteAt, backAt, dueAt);
    if (now === nextWriteAt) {
      refusedWrites += 20 - meter.take(20, now);
      nextWriteAt += 1000;
    } else if (back && now === backAt) {
      flights = flights.filter((flight) => flight !== back);
      const parts = Array.from({ length: POST }, (_, at) =>
        at < back.taken ? ("taken" as const) : ("refused" as const),
      );
      const used = back.used > 0.8 ? back.used : undefined;
      paces[back.by]!.answered({ grantedAt: back.grantedAt, parts, used }, now);
    } else {
      paces[by]!.grant(POST, now, now);
      const taken = meter.take(POST, now);
      units[by]! += taken;
      refusedReads += POST - taken;
      const used = Math.round(100 * meter.used(now)) / 100;
      const backIn = 60 + 200 * random();
      flights = [...flights, { by, grantedAt: now, backAt: now + backIn, taken, used }];
    }
  }
  return { refusedWrites, refusedReads, units };
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

describe("the share of a quota that an instance uses", () => {
  it("is the whole as long as Graph tells nothing", () => {
    assert.equal(createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 }).shareAt(5), 1);
  });

  it("falls to a seventh at the first word, and comes back", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    use.told(0.82, 1_000);
    assert.equal(use.shareAt(1_000), 0.15);
    assert.ok(use.shareAt(4_000) > 0.15 && use.shareAt(4_000) < 1);
    assert.equal(use.shareAt(60_000), 1);
  });

  it("then falls with the use above the reserve", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    use.told(0.82, 0);
    const before = use.shareAt(7_000);
    use.told(0.84, 7_000);
    assert.equal(use.shareAt(7_000), before);
    use.told(0.95, 8_000);
    assert.ok(Math.abs(use.shareAt(8_000) - 0.6 * (before + 0.05)) < 1e-9);
  });

  it("falls once for answers that come together", () => {
    const use = createSharedUse({ windowMs: WINDOW_MS, reserve: 0.15 });
    for (const now of [1_000, 1_010, 1_020]) use.told(0.95, now);
    assert.ok(use.shareAt(1_020) >= 0.15);
  });
});
