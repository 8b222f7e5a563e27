import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  type KeyRecord,
  openCertificates,
} from "../../../shared/policies/roll-certificate/certificates-file.ts";
import { MemoryBlobs } from "../../batches/memory-blobs.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const iso = (days: number): string => new Date(START_MS + days * DAY_MS).toISOString();

const record = (name: string, more: Partial<KeyRecord> = {}): KeyRecord => ({
  version: name,
  sha256: name,
  sha1: name,
  expiresAt: iso(1000),
  keyId: null,
  ...more,
});

const open = (runner: MemoryBlobs, days = 0) =>
  openCertificates(runner, "tenant", () => START_MS + days * DAY_MS);

describe("what the application registered", () => {
  it("is replaced only if nobody else wrote since it was read", async () => {
    const runner = new MemoryBlobs();
    const [one, other] = [await open(runner), await open(runner)];
    await one.put(record("a"));
    await assert.rejects(other.put(record("b")), { code: "LEASE_LOST", disposition: "retry" });
    const late = await open(runner);
    await one.put(record("c"));
    await assert.rejects(late.put(record("d")), { code: "LEASE_LOST" });
    assert.deepEqual(
      (await open(runner)).keys.map(({ version }) => version),
      ["a", "c"],
    );
  });

  it("is dropped ninety days after a key was removed or expired", async () => {
    const runner = new MemoryBlobs();
    const file = await open(runner);
    await file.put(record("removed", { removedAt: iso(0) }));
    await file.put(record("ended", { expiresAt: iso(0) }));
    await file.put(record("good"));
    const names = async (days: number) => {
      const later = await open(runner, days);
      await later.put(record("newest"));
      return later.keys.map(({ version }) => version);
    };
    assert.deepEqual(await names(89), ["removed", "ended", "good", "newest"]);
    assert.deepEqual(await names(91), ["good", "newest"]);
  });

  it("of a later release is not touched", async () => {
    const runner = new MemoryBlobs();
    await runner.write("tenant/certificates.json", '{"version":2,"keys":[]}');
    await assert.rejects(open(runner), { code: "VERSION_UNKNOWN", disposition: "stop" });
  });

  it("is left alone if it is damaged, and is not quoted", async () => {
    for (const text of ["{", '{"version":1}', '{"version":1,"version":1,"keys":[]}']) {
      const runner = new MemoryBlobs();
      await runner.write("tenant/certificates.json", text);
      const what = "tenant/certificates.json is damaged, or does not have version 1.";
      await assert.rejects(open(runner), { code: "VERSION_UNKNOWN", what });
    }
  });
});
