import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { after, before, beforeEach, describe, it } from "node:test";

import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";

import { type Azurite, startAzurite } from "../../storage/azurite.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../../storage/fault-proxy.ts";
import { buildFixture, type FixtureHost, withFixture } from "./fixture-host.ts";
import { type HoldingClock, holdingClock } from "./holding-clock.ts";
import type { HostTiming } from "./host-options.ts";

const REFUSED: Fault = { status: 403, code: "AuthorizationPermissionMismatch" };
/** An error of the service that no client repeats by itself. */
const BROKEN: Fault = { status: 501, code: "NotImplemented" };

let azurite: Azurite;
let app: Awaited<ReturnType<typeof buildFixture>>;
let queues: FaultProxy;
let blobs: FaultProxy;
let service: QueueServiceClient;
let container: ReturnType<BlobServiceClient["getContainerClient"]>;

before(async () => {
  [azurite, app] = await Promise.all([startAzurite(), buildFixture("app")]);
  [queues, blobs] = await Promise.all([
    startFaultProxy(azurite.queueUrl),
    startFaultProxy(azurite.blobUrl),
  ]);
  service = new QueueServiceClient(azurite.queueUrl, azurite.queueKey);
  container = new BlobServiceClient(azurite.blobUrl, azurite.blobKey).getContainerClient(
    "azure-webjobs-hosts",
  );
  await container.create();
});
after(async () => {
  app.remove();
  await Promise.all([queues.stop(), blobs.stop()]);
  await azurite.stop();
});
beforeEach(async () => {
  queues.decide = () => "none";
  blobs.decide = () => "none";
  for await (const { name } of service.listQueues()) await service.deleteQueue(name);
  for (const name of ["echo", "slow"]) await service.createQueue(name);
});

interface Run {
  readonly env?: Record<string, string>;
  readonly timing?: Partial<HostTiming>;
  readonly clock?: HoldingClock;
}

const withHost = (
  { env, timing, ...more }: Run,
  work: (run: FixtureHost) => Promise<void>,
): Promise<void> =>
  withFixture(
    {
      azurite,
      dist: app.dist,
      timing: { recycleMs: 100, ...timing },
      env: {
        Fixture__queueServiceUri: queues.url,
        AzureWebJobsStorage__blobServiceUri: blobs.url,
        ...env,
      },
      ...more,
    },
    work,
  );

const send = (queue: string, text: string) => service.getQueueClient(queue).sendMessage(text);
const attempts = (run: FixtureHost) => run.said().filter((line) => line["slow"] === "started");
const echoes = (run: FixtureHost) => run.said().filter((line) => "message" in line);
const isPoll = ({ method, url }: IncomingMessage): boolean =>
  method === "GET" && /\/echo\/messages/.test(url ?? "");

/** Answers the first `count` calls of this kind with a fault. */
function first(count: number, fault: Fault, isMeant: (call: IncomingMessage) => boolean) {
  let left = count;
  return (call: IncomingMessage): Fault =>
    left > 0 && isMeant(call) && left-- > 0 ? fault : "none";
}

const recycled = (run: FixtureHost) =>
  run.until("the host that was started again", () => run.host.status().recycles === 1);

describe("an error of storage for a queue's listener", () => {
  for (const fault of [BROKEN, { status: 409, code: "QueueBeingDeleted" }])
    it(`is waited out if a poll fails with ${fault.code}`, () => {
      queues.decide = first(2, fault, isPoll);
      return withHost({}, async (run) => {
        await send("echo", "after all");
        await run.until("the message", () => echoes(run).length === 1);
        assert.equal(run.host.status().recycles, 0);
      });
    });

  it("stops the whole host if a poll is refused, and the platform starts it again", () => {
    queues.decide = first(1, REFUSED, isPoll);
    return withHost({}, async (run) => {
      await recycled(run);
      assert.ok(
        run.lines.some(
          ({ level, message }) =>
            level === "critical" && message.startsWith("An unhandled exception has occurred"),
        ),
      );
      await send("echo", "after all");
      await run.until("the message", () => echoes(run).length === 1);
    });
  });

  it("stops the host if a message that was done cannot be deleted, and it is run again", () => {
    queues.decide = first(1, REFUSED, ({ method }) => method === "DELETE");
    return withHost({ timing: { invisibilityMs: 2_000 } }, async (run) => {
      await send("slow", '{"ms":0}');
      await recycled(run);
      await run.until("the second attempt", () => attempts(run).length === 2);
      assert.equal(attempts(run)[1]?.["attempt"], 2);
    });
  });

  for (const fault of [REFUSED, BROKEN])
    it(`stops the host if a renewal fails with ${fault.code}`, () => {
      queues.decide = first(1, fault, ({ method }) => method === "PUT");
      return withHost({ timing: { invisibilityMs: 2_000, drainMs: 0 } }, async (run) => {
        await send("slow", '{"ms":1500}');
        await recycled(run);
      });
    });

  it("is none if another instance has the message, or it is gone", () => {
    const fault: Fault = { status: 400, code: "PopReceiptMismatch" };
    queues.decide = first(2, fault, ({ method }) => method === "DELETE");
    return withHost({ timing: { invisibilityMs: 2_000 } }, async (run) => {
      await send("slow", '{"ms":0}');
      await run.until("a third attempt", () => attempts(run).length === 3);
      assert.equal(run.host.status().recycles, 0);
    });
  });
});

const isLease = (action: string) => (call: IncomingMessage) =>
  call.headers["x-ms-lease-action"] === action;
const status = (hostId: string) =>
  container.getBlobClient(`timers/${hostId}/Host.Functions.tick/status`);
const lockOf = (hostId: string) =>
  container.getBlockBlobClient(`locks/${hostId}/Host.Functions.tick.Listener`);
const named = (hostId: string) => ({
  AzureFunctionsWebHost__hostid: hostId,
  TICK_SCHEDULE: "0 0 3 * * *",
});

describe("an error of storage for a timer's lock", () => {
  it("is waited out at the start, at first for 2 s", () => {
    blobs.decide = first(1, REFUSED, isLease("acquire"));
    const clock = holdingClock([2_000]);
    return withHost({ env: named("refused"), clock }, async (run) => {
      await run.until("the error", () =>
        run.lines.some(({ message }) => message.includes("tick was unable to start")),
      );
      await clock.release(2_000);
      await run.until("the status", () => status("refused").exists());
      assert.equal(run.host.status().recycles, 0);
    });
  });

  it("is waited out for a minute by an instance that another one keeps from the lock", async () => {
    await lockOf("kept").upload("", 0);
    const lease = lockOf("kept").getBlobLeaseClient();
    await lease.acquireLease(60);
    const clock = holdingClock([60_000]);
    await withHost({ env: named("kept"), clock }, async (run) => {
      await run.until("the other's lock", () =>
        run.lines.some(({ message }) => message.includes("Unable to acquire Singleton lock")),
      );
      blobs.decide = first(1, REFUSED, isLease("acquire"));
      await lease.releaseLease();
      await clock.release(60_000);
      await clock.release(60_000);
      await run.until("the status", () => status("kept").exists());
      assert.equal(run.host.status().recycles, 0);
    });
  });

  it("is met by renewing sooner if it is the service's", () => {
    const clock = holdingClock([7_500, 3_750]);
    blobs.decide = first(1, BROKEN, isLease("renew"));
    return withHost({ env: named("renewed"), clock }, async (run) => {
      for (const ms of [7_500, 3_750, 7_500]) await clock.release(ms);
      assert.equal(run.host.status().recycles, 0);
    });
  });

  it("stops the whole host if the lease is lost", () => {
    const clock = holdingClock([7_500]);
    return withHost({ env: named("lost"), clock }, async (run) => {
      await run.until("the status", () => status("lost").exists());
      await lockOf("lost").getBlobLeaseClient().breakLease(0);
      await clock.release(7_500);
      await recycled(run);
    });
  });
});
