import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { ContainerClient } from "@azure/storage-blob";

import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { buildFixture, type FixtureHost, withFixture } from "./fixture-host.ts";
import { UNTIL_FIRED } from "./until-fired.ts";

let azurite: Azurite;
let app: Awaited<ReturnType<typeof buildFixture>>;
let container: ContainerClient;

before(async () => {
  [azurite, app] = await Promise.all([startAzurite(), buildFixture("app")]);
  container = new ContainerClient(`${azurite.blobUrl}/azure-webjobs-hosts`, azurite.blobKey);
  await container.create();
});
after(async () => {
  app.remove();
  await azurite.stop();
});

/** A host with its own timers: its host id differs from every other test's. */
const withHost = (
  hostId: string,
  schedule: string,
  work: (run: FixtureHost) => Promise<void>,
  more: Record<string, string> = {},
): Promise<void> => {
  const env = { TICK_SCHEDULE: schedule, AzureFunctionsWebHost__hostid: hostId, ...more };
  return withFixture({ azurite, dist: app.dist, env }, work);
};

const ticks = (run: FixtureHost) => run.said().filter((line) => "timer" in line);
const statusBlob = (hostId: string) =>
  container.getBlockBlobClient(`timers/${hostId}/Host.Functions.tick/status`);

const DAILY = "0 0 3 * * *";
/** At three, too, but not while a test runs, whatever the time is. */
const AT_THREE = UNTIL_FIRED.replace("0 0 0", "0 0 3");

describe("a timer's function", () => {
  it("gets its schedule and status in camel case, and no trigger metadata", () =>
    withHost("told", AT_THREE, async (run) => {
      await run.until("the status", () => statusBlob("told").exists());
      assert.partialDeepStrictEqual(await run.host.fireTimer("tick"), { succeeded: true });
      const [said] = ticks(run);
      assert.partialDeepStrictEqual(said, {
        metadata: "none",
        timer: {
          schedule: { adjustForDST: true },
          isPastDue: false,
          scheduleStatus: { last: "0001-01-01T00:00:00+00:00" },
        },
      });
      assert.match(JSON.stringify(said), /"next":"\d{4}-\d\d-01T03:00:00\+00:00"/);
    }));

  it("has no status if it runs more than once a minute, and still runs on schedule", () =>
    withHost("often", "* * * * * *", async (run) => {
      await run.until("two ticks", () => ticks(run).length >= 2);
      assert.partialDeepStrictEqual(ticks(run)[0], { timer: { scheduleStatus: null } });
      assert.ok(!(await statusBlob("often").exists()));
    }));

  it("runs at once if an occurrence was missed", async () => {
    const missed = JSON.stringify({
      Last: "2026-01-01T03:00:00+00:00",
      Next: "2026-01-02T03:00:00+00:00",
      LastUpdated: "2026-01-01T03:00:00+00:00",
    });
    await statusBlob("missed").upload(missed, missed.length);
    await withHost("missed", DAILY, async (run) => {
      const tick = await run.until("the tick", () => ticks(run)[0]);
      assert.partialDeepStrictEqual(tick, {
        timer: { isPastDue: true, scheduleStatus: { next: "2026-01-02T03:00:00+00:00" } },
      });
    });
    const stored = JSON.parse((await statusBlob("missed").downloadToBuffer()).toString()) as object;
    assert.ok(Date.parse((stored as { Next: string }).Next) > Date.now());
  });

  for (const [environment, from, to] of [
    ["Development", 1, 15],
    ["Production", 16, 60],
  ] as const)
    it(`is locked for ${to} s in ${environment}`, () => {
      const hostId = `locked-${environment.toLowerCase()}`;
      const inEnvironment = { AZURE_FUNCTIONS_ENVIRONMENT: environment };
      const lockOf = async (run: FixtureHost): Promise<void> => {
        await run.until("the lock", () => statusBlob(hostId).exists());
        const lock = container.getBlobClient(`locks/${hostId}/Host.Functions.tick.Listener`);
        // Breaking a lease answers how long it would still be valid.
        const { leaseTime = 0 } = await lock.getBlobLeaseClient().breakLease(60);
        assert.ok(leaseTime >= from && leaseTime <= to, `${leaseTime} s`);
      };
      return withHost(hostId, DAILY, lockOf, inEnvironment);
    });

  it("can be fired as past due without changing its status", () =>
    withHost("fired", AT_THREE, async (run) => {
      await run.until("the status", () => statusBlob("fired").exists());
      const earlier = await statusBlob("fired").downloadToBuffer();
      await run.host.fireTimer("tick", { pastDue: true });
      assert.partialDeepStrictEqual(ticks(run)[0], { timer: { isPastDue: true } });
      assert.deepEqual(await statusBlob("fired").downloadToBuffer(), earlier);
      await assert.rejects(run.host.fireTimer("echo"), /no timer named echo/);
    }));

  it("is run by one of two instances, and by the other after the first has stopped", () =>
    withHost("shared", "* * * * * *", async (run) => {
      await run.until("its first tick", () => ticks(run).length > 0);
      await withHost("shared", "* * * * * *", async (other) => {
        const seen = ticks(run).length;
        await run.until("two more", () => ticks(run).length >= seen + 2);
        assert.equal(ticks(other).length, 0);
      });
      await run.host.stop();
      await withHost("shared", "* * * * * *", async (next) => {
        await next.until("a tick", () => ticks(next).length > 0);
      });
    }));
});
