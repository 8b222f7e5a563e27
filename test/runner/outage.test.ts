import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import { retryAfterMs } from "../../shared/core/retry-after.ts";
import { type Azurite, startAzurite } from "../storage/azurite.ts";
import { createRig, makeContainers, quickSettings } from "./rig.ts";
import { disables, userOf } from "./rows.ts";
import { TinyDirectory, noFaults } from "./tiny-directory.ts";

describe("a Graph that refuses or is down", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("ends the slice if the app has no permission, and fails no row", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ faults: { ...noFaults, post: () => "forbid" } });
    const folder = await rig.submit({ rows: disables(directory, 30) });
    await assert.rejects(rig.run(directory), { code: "PERMISSION_MISSING", disposition: "stop" });
    const status = await rig.status(folder);
    assert.equal(status.verdicts.pending, 30);
    assert.match(status.reason ?? "", /^Graph refused the app as a whole \(403\)/);
    assert.match(status.fix ?? "", /^Grant the permissions/);
    directory.faults = noFaults;
    await rig.runOut(directory);
    const attempts = [...(rig.finished.get(folder)?.values() ?? [])].map((row) => row.attempts);
    assert.deepEqual(new Set(attempts), new Set([1]));
  });

  it("ends the slice if there is no token, and fails no row", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory();
    const noToken = new OperatorError("TOKEN_REFUSED", "no", { fix: "", disposition: "stop" });
    const folder = await rig.submit({ rows: disables(directory, 3) });
    const graph = {
      root: directory.root,
      timeoutMs: directory.timeoutMs,
      pages: () => directory.pages(),
      readAll: directory.readAll.bind(directory),
      post: () => Promise.reject(noToken),
    };
    await assert.rejects(rig.run(graph), { code: "TOKEN_REFUSED" });
    await rig.runOut(directory);
    assert.equal(rig.finished.get(folder)?.get(1)?.attempts, 1);
    assert.equal(directory.looks, 0);
  });

  it("is not left alone after one 503 for a whole post: only its rows wait for as long as it asks", async () => {
    const rig = createRig(azurite);
    const sentAtMs = new Map<string, number[]>();
    let downs = 1;
    const directory = new TinyDirectory({
      faults: { ...noFaults, post: () => (downs-- > 0 ? "down" : "none") },
      retryAfterMs: 2_000,
    });
    directory.watch = (requests) => {
      for (const { url } of requests) {
        sentAtMs.set(url, [...(sentAtMs.get(url) ?? []), performance.now()]);
      }
    };
    await rig.submit({ rows: disables(directory, 60) });
    await rig.run(directory, { settings: { ...quickSettings, postsInFlight: 1 } });
    const times = [...sentAtMs.values()];
    const again = times.filter(({ length }) => length > 1);
    const others = times.filter(({ length }) => length === 1);
    assert.deepEqual([again.length, others.length], [20, 40]);
    const [[firstMs = 0, againMs = 0] = []] = again;
    assert.ok(againMs - firstMs >= 1_990, `they were sent again after ${againMs - firstMs} ms`);
    assert.ok(
      others.every(([atMs = 0]) => atMs < againMs),
      "the others waited, too",
    );
    assert.equal(directory.made.size, 60);
  });

  it("is left alone for as long as two 503s in a row ask, also by the next runner", async () => {
    const rig = createRig(azurite);
    const sentAtMs: number[] = [];
    let downs = 2;
    const directory = new TinyDirectory({
      faults: { ...noFaults, post: () => (downs-- > 0 ? "down" : "none") },
      retryAfterMs: 4_000,
    });
    directory.watch = () => void sentAtMs.push(performance.now());
    await rig.submit({ rows: disables(directory, 60) });
    // Long enough to begin on a busy machine, and over before the pause is.
    await rig.run(directory, { settings: { ...quickSettings, sliceMs: 3_000, postsInFlight: 1 } });
    await rig.runOut(directory);
    const [, second = 0, third = 0] = sentAtMs;
    assert.ok(third - second >= 3_990, `the next post left after ${third - second} ms`);
    assert.equal(directory.made.size, 60);
  });

  it("is not asked about a row before the time that a part's 503 names", async () => {
    const rig = createRig(azurite);
    let downs = 1;
    const directory = new TinyDirectory({
      faults: { ...noFaults, part: () => (downs-- > 0 ? "unavailable" : "none") },
      retryAfterMs: 600,
    });
    let lookedAtMs = 0;
    const sentAtMs = performance.now();
    directory.faults = {
      ...directory.faults,
      isLookLost: () => {
        lookedAtMs ||= performance.now();
        return false;
      },
    };
    const folder = await rig.submit({ rows: disables(directory, 1) });
    await rig.runOut(directory);
    assert.ok(lookedAtMs - sentAtMs >= 600, `it was looked at after ${lookedAtMs - sentAtMs} ms`);
    assert.equal(rig.finished.get(folder)?.get(1)?.attempts, 2);
  });

  it("is waited for, and ends nothing, if it asks for an absurdly long pause", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({
      faults: { ...noFaults, part: () => "throttle" },
      retryAfterMs: retryAfterMs("99999999999999999", Date.now()) ?? 0,
    });
    const folder = await rig.submit({ rows: disables(directory, 30) });
    const settings = { ...quickSettings, sliceMs: 3_000 };
    const end = await rig.run(directory, { settings });
    assert.ok(end.state === "ran" && !end.idle);
    assert.equal(directory.posts, 1);
    assert.match((await rig.status(folder)).reason ?? "", /^Graph asked for a pause/);
  });

  it("is tried with single rows, at growing intervals, while no post is answered", async () => {
    const rig = createRig(azurite);
    const sizes: number[] = [];
    const directory = new TinyDirectory({ faults: { ...noFaults, post: () => "lose-before" } });
    directory.watch = (requests) => void sizes.push(requests.length);
    await rig.submit({ rows: disables(directory, 400) });
    const settings = { ...quickSettings, retryFloorMs: 20, sliceMs: 1_000, postsInFlight: 2 };
    await rig.run(directory, { settings });
    assert.ok(sizes.length < 20, `${sizes.length} posts in a second of outage`);
    assert.ok(
      sizes.slice(4).every((size) => size === 1),
      `posts of ${sizes.join(", ")}`,
    );
    directory.faults = noFaults;
    await rig.runOut(directory);
    assert.equal(directory.made.size, 400);
  });

  it("does not stop the other posts by losing all that were under way together", async () => {
    const rig = createRig(azurite);
    const sizes: number[] = [];
    let losses = 6;
    const directory = new TinyDirectory({
      faults: {
        ...noFaults,
        post: () => (losses-- > 0 ? "lose-before" : "none"),
        latencyMs: () => 40,
      },
    });
    directory.watch = (requests) => void sizes.push(requests.length);
    await rig.submit({ rows: disables(directory, 400) });
    await rig.runOut(directory, { settings: { ...quickSettings, postsInFlight: 6 } });
    assert.equal(directory.made.size, 400);
    assert.ok(sizes.length <= 30, `posts of ${sizes.join(", ")}`);
  });
});

describe("a post whose answer is lost", () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
    await makeContainers(azurite);
  });
  after(() => azurite.stop());

  it("is done as soon as the directory shows its change, although it has not timed out", async () => {
    const rig = createRig(azurite);
    let losses = 1;
    const directory = new TinyDirectory({
      timeoutMs: 3_600_000,
      faults: { ...noFaults, post: () => (losses-- > 0 ? "lose-after" : "none") },
    });
    const folder = await rig.submit({ rows: disables(directory, 30) });
    const end = await rig.run(directory);
    assert.ok(end.state === "ran" && end.idle);
    assert.deepEqual(rig.finishes, [folder]);
    assert.ok([...directory.made.values()].every((times) => times === 1));
  });

  it("is looked at again and again, and sent again only when it has timed out", async () => {
    const rig = createRig(azurite);
    const sentAtMs: number[] = [];
    let losses = 1;
    const directory = new TinyDirectory({
      timeoutMs: 800,
      faults: { ...noFaults, post: () => (losses-- > 0 ? "lose-before" : "none") },
    });
    directory.watch = () => void sentAtMs.push(performance.now());
    await rig.submit({ rows: disables(directory, 1) });
    await rig.runOut(directory);
    const [first = 0, second = 0] = sentAtMs;
    assert.ok(second - first >= 600, `it was sent again after ${second - first} ms`);
    assert.ok(directory.looks >= 2, `${directory.looks} looks`);
  });

  it("is sent again as one post, not as many small ones, each of which could be lost", async () => {
    const rig = createRig(azurite);
    const sizes: number[] = [];
    let losses = 1;
    const directory = new TinyDirectory({
      timeoutMs: 100,
      faults: { ...noFaults, post: () => (losses-- > 0 ? "lose-before" : "none") },
    });
    directory.watch = (requests) => void sizes.push(requests.length);
    await rig.submit({ rows: disables(directory, 20) });
    // Each look at the clock takes this machine half a millisecond.
    let lateMs = 0;
    const clock = {
      ...systemClock,
      now: () => Math.floor(systemClock.now() + (lateMs += 0.5)),
      monotonic: () => systemClock.monotonic() + (lateMs += 0.5),
    };
    // The waits of single rows would lie half a second apart.
    await rig.run(directory, { clock, settings: { ...quickSettings, retryFloorMs: 500 } });
    assert.deepEqual(sizes, [20, 20]);
  });

  it("keeps only the rows waiting whose change it did not make", async () => {
    const rig = createRig(azurite);
    let [losses, refusals, sent, enoughLooks] = [1, 1, 0, Infinity];
    const seenEnough = new AbortController();
    const directory: TinyDirectory = new TinyDirectory({
      timeoutMs: 3_600_000,
      faults: {
        ...noFaults,
        post: () => (losses-- > 0 ? "lose-after" : "none"),
        part: () => (refusals-- > 0 ? "throttle" : "none"),
        isLookLost: () => {
          if (directory.made.size === 59) enoughLooks = Math.min(enoughLooks, directory.looks + 5);
          if (directory.looks === enoughLooks) seenEnough.abort();
          return false;
        },
      },
    });
    directory.watch = (requests) => void (sent += requests.length);
    const folder = await rig.submit({ rows: disables(directory, 60) });
    await rig.run(directory, {}, seenEnough.signal);
    assert.equal(directory.made.size, 59);
    assert.equal(sent, 60);
    const { done, pending } = (await rig.status(folder)).verdicts;
    assert.deepEqual({ done, pending }, { done: 59, pending: 1 });
  });

  it("takes effect when it counts as done already, but never after a later write", async () => {
    const rig = createRig(azurite);
    const directory = new TinyDirectory({ timeoutMs: 1_000 });
    let losses = 1;
    directory.faults = { ...noFaults, post: () => (losses-- > 0 ? "lose-late" : "none") };
    // Somebody else has made the first row's change meanwhile, so it is in place before its post works.
    const rows = disables(directory, 1);
    const [first] = rows;
    assert.ok(first?.write);
    const user = userOf(first);
    directory.users.get(user)!["accountEnabled"] = false;
    const enable = {
      row: 2,
      operation: "user.update",
      write: { ...first.write, set: { accountEnabled: true }, after: [1] },
    };
    const folder = await rig.submit({ rows: [first, enable] });
    await rig.runOut(directory);
    assert.equal(directory.users.get(user)?.["accountEnabled"], true);
    assert.deepEqual(directory.overlaps, []);
    assert.equal(rig.finished.get(folder)?.get(1)?.attempts, 1);
  });
});
