import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { OperatorError } from "../../shared/core/errors.ts";
import { readBatchFiles } from "../../shared/records/batch-files.ts";
import { readControl, undecided } from "../../shared/records/decisions/control.ts";
import { type BatchManifest, readManifest } from "../../shared/records/manifest.ts";
import { checkMarker, readMarker } from "../../shared/records/markers/marker.ts";
import {
  controlBlob,
  manifestBlob,
  planBlob,
  refusedBlob,
  shardBlob,
  statusBlob,
} from "../../shared/records/paths.ts";
import { readPlan } from "../../shared/records/plan.ts";
import { problemOf, readProblem } from "../../shared/records/problem.ts";
import { readRefused } from "../../shared/records/refused.ts";
import { type PlannedRow, readShard, shardText } from "../../shared/records/shard.ts";
import { readStatus } from "../../shared/records/status.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";

const folder = "leavers";
const deep = `{"version":1,"x":${"[".repeat(6_000)}${"]".repeat(6_000)}}`;
const damages: Readonly<Record<string, string>> = {
  "is empty": "",
  "is cut short": '{"version":1,"batch":"ann@cont',
  "is no object": '["ann@contoso.com"]',
  "lacks what it must have": '{"version":1}',
  "has a property twice": '{"version":1,"version":1}',
  "has the wrong type of value":
    '{"version":1,"rows":"ann@contoso.com","verdicts":7,"source":null}',
  "nests 6,000 levels deep": deep,
};

let blobs: MemoryBlobs;
beforeEach(() => {
  blobs = new MemoryBlobs();
});

/** The error; it names the path and quotes nothing of the blob. */
async function damaged(path: string, reading: Promise<unknown>): Promise<OperatorError> {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof OperatorError, String(error));
  assert.equal(error.code, "BATCH_DAMAGED");
  assert.ok(error.what.startsWith(path), error.what);
  assert.doesNotMatch(error.message, /ann@|contoso/);
  return error;
}

const readers = {
  "batch.json": [manifestBlob, readManifest],
  "plan.json": [planBlob, readPlan],
  "status.json": [statusBlob, readStatus],
  "refused.json": [refusedBlob, readRefused],
  "control.json": [controlBlob, readControl],
} as const;
for (const [name, [blobOf, read]] of Object.entries(readers)) {
  describe(`a damaged ${name} is reported by its path`, () => {
    for (const [damage, text] of Object.entries(damages)) {
      it(`if it ${damage}`, async () => {
        await blobs.write(blobOf(folder), text);
        const error = await damaged(blobOf(folder), read(blobs, folder));
        assert.equal(error.disposition, "retry");
        assert.match(error.fix, /^Restore the blob/);
      });
    }

    it("but what another release wrote is not called damaged", async () => {
      await blobs.write(blobOf(folder), '{"version":2}');
      await assert.rejects(read(blobs, folder), { code: "VERSION_UNKNOWN", disposition: "stop" });
      const absent = await read(blobs, "joiners");
      assert.ok(absent === undefined || absent === undecided);
    });
  });
}

describe("a damaged shard is reported by its path and line", () => {
  const rows: PlannedRow[] = [
    { row: 1, operation: "user.disable", write: { target: { kind: "new" }, keys: ["upn:ann"] } },
    {
      row: 2,
      operation: "user.disable",
      verdict: "unchanged",
      reason: "It was disabled.",
      objectId: "00000000-0000-4000-8000-000000000001",
    },
  ];
  const text = shardText(rows);

  it("but an intact one is read as it was written", async () => {
    await blobs.write(shardBlob(folder, 1), text);
    assert.deepEqual(await readShard(blobs, folder, 1), rows);
  });

  const spoilt: Readonly<Record<string, [text: string, what: RegExp]>> = {
    "if it is cut short": [text.slice(0, -1), /is cut short/],
    "if a line is no JSON": [`${text}{"row":3,"operation":"ann@contoso.com\n`, /in line 3/],
    "if a line has neither write nor verdict": [`{"row":1,"operation":"x"}\n`, /in line 1/],
    "if a line has both": [
      `${text}{"row":3,"operation":"x","verdict":"done","write":{"target":{},"keys":[]}}\n`,
      /in line 3/,
    ],
    "if a write names no object by its id": [
      `{"row":1,"operation":"x","write":{"target":{"user":"ann@contoso.com"},"keys":[]}}\n`,
      /in line 1/,
    ],
    "if a verdict is unknown": [
      `{"row":1,"operation":"x","verdict":"ann@contoso.com"}\n`,
      /line 1/,
    ],
    "if a failed row has no fix": [
      `{"row":1,"operation":"x","verdict":"failed","reason":"ann@contoso.com"}\n`,
      /line 1/,
    ],
    "if a planned row is pending": [
      `{"row":1,"operation":"x","verdict":"pending","reason":"r","fix":"f"}\n`,
      /line 1/,
    ],
    "if a line nests too deep": [`${text}${deep}\n`, /in line 3/],
  };
  for (const [when, [content, what]] of Object.entries(spoilt)) {
    it(when, async () => {
      await blobs.write(shardBlob(folder, 1), content);
      assert.match((await damaged(shardBlob(folder, 1), readShard(blobs, folder, 1))).what, what);
    });
  }

  it("if it is missing", async () => {
    await damaged(shardBlob(folder, 7), readShard(blobs, folder, 7));
  });
});

describe("the two files of a planned batch", () => {
  const manifest: BatchManifest = {
    version: 1,
    batch: folder,
    tenant: "t",
    mode: "apply",
    priority: "normal",
    source: { kind: "message", messageId: "1" },
    format: "jsonl",
    columns: [],
    rows: 1,
    contentSha256: "",
    acceptedAt: "2026-01-01T00:00:00.000Z",
  };

  it("are reported by path if one is missing", async () => {
    await damaged(manifestBlob(folder), readBatchFiles(blobs, folder));
    await blobs.write(manifestBlob(folder), JSON.stringify(manifest));
    await damaged(planBlob(folder), readBatchFiles(blobs, folder));
  });
});

describe("a damaged work marker", () => {
  it("is reported by its own path", async () => {
    for (const text of ["{", "[]", '{"folder":7}', deep]) {
      await blobs.write("t/queue/1-x-leavers", text);
      const marker = await readMarker(blobs, "t", "1-x-leavers");
      assert.ok(marker);
      assert.throws(() => checkMarker(marker), {
        code: "BATCH_DAMAGED",
        what: /^t\/queue\/1-x-leavers /,
      });
    }
  });
});

describe("an error that nobody expected", () => {
  it("is noted by its name, without its text", () => {
    const error = new TypeError('The value "ann@contoso.com" is invalid for option "size"');
    const { code, what } = problemOf(error);
    assert.equal(code, "UNEXPECTED");
    assert.match(what, /\(TypeError\)/);
    assert.doesNotMatch(what, /ann/);
  });

  it("is what a damaged note is read as", async () => {
    await blobs.write("leavers/problem.json", "{");
    const problem = await readProblem({ blobs: { batches: blobs } }, folder);
    assert.equal(problem?.code, "UNEXPECTED");
  });
});
