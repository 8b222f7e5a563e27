import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createShutdown } from "../../shared/app/shutdown.ts";

describe("the end of an instance", () => {
  it("aborts the signal and waits for every invocation, also for one that fails", async () => {
    const shutdown = createShutdown();
    const ended: string[] = [];
    const invocation = (name: string, fails: boolean): Promise<void> =>
      shutdown.during(
        () =>
          new Promise((resolve, reject) => {
            shutdown.signal.addEventListener("abort", () => {
              setImmediate(() => {
                ended.push(name);
                if (fails) reject(new Error(name));
                else resolve();
              });
            });
          }),
      );
    const good = invocation("good", false);
    const bad = assert.rejects(invocation("bad", true), /bad/);
    assert.deepEqual([shutdown.signal.aborted, ended], [false, []]);
    await shutdown.stop();
    assert.deepEqual([shutdown.signal.aborted, ended], [true, ["good", "bad"]]);
    await Promise.all([good, bad]);
  });

  it("waits also for an invocation that the host starts meanwhile", async () => {
    const shutdown = createShutdown();
    const ended: string[] = [];
    const late = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      ended.push("late");
    };
    const first = shutdown.during(
      () =>
        new Promise<void>((resolve) => {
          shutdown.signal.addEventListener("abort", () => {
            setImmediate(() => {
              void shutdown.during(late);
              resolve();
            });
          });
        }),
    );
    await shutdown.stop();
    assert.deepEqual(ended, ["late"]);
    await first;
  });

  it("waits for nothing if no invocation runs, and may be asked for twice", async () => {
    const shutdown = createShutdown();
    await shutdown.during(async () => undefined);
    await shutdown.stop();
    await shutdown.stop();
    assert.ok(shutdown.signal.aborted);
  });
});
