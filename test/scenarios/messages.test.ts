import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { until } from "../core/until.ts";
import { setStage, type Stage } from "../stage/stage.ts";

type Row = Readonly<Record<string, unknown>>;

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const message = (batch: string, rows: readonly Row[], more: object = {}): string =>
  JSON.stringify({ version: 1, batch, mode: "apply", rows, ...more });
/** Event Grid's own schema, as a subscription without another delivers. */
const gridEvent = (path: string, eTag: string): object => ({
  id: "831e1650-001e-001b-66ab-eeb76e069631",
  topic: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
  subject: `/blobServices/default/containers/inbox/blobs/${path}`,
  eventType: "Microsoft.Storage.BlobCreated",
  eventTime: "2026-11-21T02:00:00Z",
  data: { api: "PutBlob", eTag, contentLength: 5, blobType: "BlockBlob" },
  dataVersion: "",
  metadataVersion: "1",
});
const cloudEvent = (path: string, eTag: string): object => ({
  specversion: "1.0",
  type: "Microsoft.Storage.BlobCreated",
  source: "/subscriptions/s",
  id: "831e1650-001e-001b-66ab-eeb76e069631",
  time: "2026-11-21T02:00:00Z",
  subject: `/blobServices/default/containers/inbox/blobs/${path}`,
  data: { api: "PutBlob", eTag },
});

/** A message with an unknown property that nests so many levels. */
const deep = (open: string, close: string, levels: number): string =>
  `{"version":1,"batch":"deep","mode":"apply","x":${open.repeat(levels)}1${close.repeat(levels)}}`;

describe("every message becomes one batch or is refused, and none is lost", () => {
  let stage: Stage;
  let names: string[];
  /** A batch whose first delivery finds another at work and is put back. */
  let locked: Promise<unknown>;
  before(async () => {
    stage = await setStage({
      cloud: { latency: false, graph: { seed: { users: 40, groups: 1, disabled: 0, guests: 0 } } },
      settings: async () => ({ MAX_DELETES_PER_BATCH: "1" }),
    });
    const { users } = await stage.cloud.control.graph("snapshot", {
      properties: ["userPrincipalName"],
    });
    names = users.map(({ values }) => String(values["userPrincipalName"]));
    const lock = stage.container("batches").getBlockBlobClient("locked/lock");
    await lock.upload("", 0);
    const lease = lock.getBlobLeaseClient();
    await lease.acquireLease(15);
    await stage.send("accept", base64(message("locked", [titled(0, "Locked")])));
    locked = stage.settled("locked");
    locked.catch(() => undefined);
  });
  after(() => stage.close());

  const titled = (at: number, jobTitle: string): Row => ({
    operation: "user.update",
    user: names[at],
    jobTitle,
  });
  const csv = (at: number, jobTitle: string): string =>
    `operation,user,jobTitle\nuser.update,${names[at]},${jobTitle}\n`;
  const etag = async (path: string): Promise<string> =>
    (await stage.container("inbox").getBlobClient(path).getProperties()).etag ?? "";
  /** The one batch whose name starts with this. */
  const named = (start: string): Promise<string> =>
    until(async () => (await stage.batches()).find((batch) => batch.startsWith(start)));
  const refusals = (batch: string): readonly Row[] =>
    stage.events.filter((one) => one["event"] === "batch.refused" && one["batch"] === batch);
  const refused = async (batch: string, times = 1): Promise<string> => {
    await until(() => refusals(batch).length >= times);
    return String(refusals(batch).at(-1)?.["code"]);
  };
  const writes = async (): Promise<number> =>
    (await stage.cloud.control.graph("counters", {})).committedWrites;

  it("a message as JSON, as base64, or stringified twice", async () => {
    await stage.send("accept", message("plain", [titled(1, "A")]));
    await stage.send("accept", base64(message("encoded", [titled(2, "A")])));
    await stage.send("accept", JSON.stringify(message("twice", [titled(3, "A")])));
    for (const batch of ["plain", "encoded", "twice"])
      assert.equal((await stage.settled(batch)).verdicts.done, 1, batch);
  });

  it("text that the Functions library parses, and text that is almost JSON", async () => {
    const old = stage.events.length;
    const texts = ["123", "1e999", "true", "null", '"hello"', "[]", "{}", "   "];
    for (const text of texts) await stage.send("accept", text);
    const codes = await until(() => {
      const events = stage.events.slice(old).filter(({ event }) => event === "batch.refused");
      return events.length >= texts.length ? events.map(({ code }) => String(code)) : undefined;
    });
    for (const code of codes) assert.match(code, /^MESSAGE_(UNREADABLE|INVALID)$/);
  });

  it("a message nested in thousands of levels, and one with a key twice, are refused in words", async () => {
    const twice = `{"version":1,"batch":"two-modes","mode":"plan","mode":"apply","rows":[${JSON.stringify(titled(1, "Z"))}]}`;
    const texts = [deep("[", "]", 20_000), deep('{"a":', "}", 7_000), twice];
    const old = stage.events.length;
    for (const text of texts) await stage.send("accept", text);
    const events = await until(() => {
      const found = stage.events.slice(old).filter(({ event }) => event === "batch.refused");
      return found.length >= texts.length ? found : undefined;
    });
    for (const { batch, code } of events) {
      assert.equal(code, "MESSAGE_UNREADABLE");
      assert.ok(await stage.read(`${String(batch)}/refused.json`));
    }
    // Writes are not counted here: the batch that was locked may be written at any moment.
    const { users } = await stage.cloud.control.graph("snapshot", { properties: ["jobTitle"] });
    assert.ok(users.every(({ values }) => values["jobTitle"] !== "Z"));
  });

  it("a message whose body has an id or dequeueCount is refused in a folder of its own", async () => {
    const known = await stage.batches();
    const bodies = [
      { version: 1, id: 7 },
      { version: 2, id: 8 },
      { version: 1, id: "same" },
      { version: 2, id: "same", dequeueCount: 99 },
    ];
    for (const body of bodies) await stage.send("accept", JSON.stringify(body));
    const texts = await until(async () => {
      const all = await stage.batches();
      const folders = all.filter((name) => name.startsWith("message-") && !known.includes(name));
      const found = await Promise.all(folders.map((name) => stage.read(`${name}/refused.json`)));
      const written = found.filter((text) => text !== undefined);
      return written.length >= bodies.length ? written : undefined;
    });
    const codes = texts.map((text) => (JSON.parse(text) as Row)["code"]);
    assert.deepEqual(codes.map(String).toSorted(), [
      "MESSAGE_INVALID",
      "MESSAGE_INVALID",
      "VERSION_UNKNOWN",
      "VERSION_UNKNOWN",
    ]);
  });

  it("a file, announced in either schema, encoded or not, in an array, twice, and by the sweep", async () => {
    const path = "Zoë's files/leavers 100%.csv";
    await stage.upload(path, csv(4, "B"));
    const version = await etag(path);
    const encoded = encodeURIComponent(path).replaceAll("%2F", "/");
    await stage.send("accept", base64(JSON.stringify(gridEvent(encoded, version))));
    await stage.send("accept", JSON.stringify([cloudEvent(path, version)]));
    const batch = await named("Zo-s-files-leavers");
    assert.equal((await stage.settled(batch)).verdicts.done, 1);
    await stage.host.fireTimer("sweep");
    await stage.send("accept", JSON.stringify(gridEvent(path, version)));
    await stage.upload("user.update/next.csv", `user;jobTitle\n${names[5]};B\n`);
    await stage.send(
      "accept",
      JSON.stringify(cloudEvent("user.update/next.csv", await etag("user.update/next.csv"))),
    );
    await stage.settled(await named("user.update-next"));
    const same = (await stage.batches()).filter((name) => name.startsWith("Zo-s"));
    assert.deepEqual(same, [batch]);
    assert.deepEqual(refusals(batch), []);
  });

  it("a file that was replaced or deleted before it was read", async () => {
    await stage.upload("moving.csv", csv(6, "Old"));
    const old = await etag("moving.csv");
    await stage.upload("moving.csv", csv(6, "New"));
    const now = await etag("moving.csv");
    await stage.send("accept", JSON.stringify(cloudEvent("moving.csv", old)));
    assert.equal(await refused(await named("moving-")), "FILE_CHANGED");
    await stage.send("accept", JSON.stringify(cloudEvent("moving.csv", now)));
    await until(async () => {
      const batches = (await stage.batches()).filter((name) => name.startsWith("moving-"));
      const states = await Promise.all(batches.map((name) => stage.status(name)));
      return states.some((status) => status?.verdicts.done === 1);
    });
    await stage.upload("gone.csv", csv(7, "Old"));
    const gone = await etag("gone.csv");
    await stage.container("inbox").deleteBlob("gone.csv");
    await stage.send("accept", JSON.stringify(cloudEvent("gone.csv", gone)));
    assert.equal(await refused(await named("gone-")), "FILE_NOT_FOUND");
  });

  it("a name has one meaning: the same message again does nothing, other content is refused", async () => {
    const rows = [titled(8, "C")];
    await stage.send("accept", message("once", rows));
    await stage.settled("once");
    const [status, soFar] = [await stage.read("once/status.json"), await writes()];
    await stage.send("accept", message("once", rows, { priority: "urgent" }));
    await stage.send("accept", base64(message("once", rows)));
    await stage.send("accept", message("once", [titled(8, "D")]));
    await stage.send("accept", message("once", rows, { mode: "plan" }));
    await stage.send("accept", message("once", rows, { dryRun: true }));
    await refused("once", 2);
    assert.deepEqual(
      refusals("once").map(({ code }) => code),
      ["BATCH_NAME_TAKEN", "MESSAGE_INVALID"],
    );
    assert.equal(await stage.read("once/status.json"), status);
    assert.equal(await stage.read("once/refused.json"), undefined);
    assert.equal(await writes(), soFar);
  });

  it("the name of a refused batch can be used once more, and is then taken", async () => {
    const wrong = message("second-try", [
      { operation: "user.update", user: names[9], jobTitel: "E" },
    ]);
    await stage.send("accept", wrong);
    assert.equal(await refused("second-try"), "COLUMN_UNKNOWN");
    await stage.send("accept", message("second-try", [titled(9, "E")]));
    await until(async () =>
      (await stage.status("second-try"))?.state === "finished" ? true : undefined,
    );
    assert.equal(await stage.read("second-try/refused.json"), undefined);
    await stage.send("accept", wrong);
    await refused("second-try", 2);
    assert.equal((await stage.status("second-try"))?.state, "finished");
  });

  it("a file that a message names belongs to that batch, unless a guard holds it", async () => {
    const file = "staged/leavers.csv";
    await stage.upload(file, `user\n${names[10]}\n${names[11]}\n`);
    const send = (batch: string, operation: string, mode = "apply"): Promise<void> =>
      stage.send("accept", JSON.stringify({ version: 1, batch, mode, operation, file }));
    await send("look", "user.delete", "plan");
    assert.equal((await stage.settled("look")).state, "planned");
    await send("held", "user.delete");
    assert.equal((await stage.settled("held")).state, "held");
    await send("instead", "user.disable");
    assert.equal((await stage.settled("instead")).verdicts.done, 2);
    await send("again", "user.disable");
    assert.equal(await refused("again"), "FILE_ALREADY_TAKEN");
  });

  it("a message that was put back is the same when it returns, base64 or not", async () => {
    await locked;
    assert.equal((await stage.status("locked"))?.verdicts.done, 1);
    const back = stage.logs.filter((line) => line.message.startsWith("put back for 15 s"));
    assert.ok(back.length >= 1, "it was put back");
    assert.ok(!stage.events.some(({ event }) => event === "poison.settled"));
  });
});
