import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { CertificateVersion } from "../../../shared/core/contracts/certificate.ts";
import {
  dueThreshold,
  reportExpiry,
} from "../../../shared/policies/check-certificate/certificate-expiry.ts";
import { MemoryBlobs } from "../../batches/memory-blobs.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";

const DAY_MS = 86_400_000;

const end = (name: string, ms: number): CertificateVersion => ({
  version: name,
  thumbprints: { sha256: name, sha1: name },
  notBeforeMs: 0,
  notAfterMs: ms,
  certificate: Buffer.alloc(0),
});

describe("the expiry of the certificate is reported", () => {
  const table: { days: number; told?: number; due: number | undefined }[] = [
    { days: 31, due: undefined },
    { days: 30, due: 30 },
    { days: 29, told: 30, due: undefined },
    { days: 14, told: 30, due: 14 },
    { days: 12, due: 14 },
    { days: 7, told: 14, due: 7 },
    { days: 1, told: 7, due: 1 },
    { days: 0, told: 7, due: 1 },
    { days: 0, told: 1, due: undefined },
  ];
  for (const { days, told, due } of table) {
    it(`${due === undefined ? "not" : `as ${due}`} with ${days} days left${told ? `, after ${told}` : ""}`, () =>
      assert.equal(dueThreshold(days, told), due));
  }

  it("four times in the life of each certificate that is checked daily", async () => {
    const runner = new MemoryBlobs();
    const clock = createSimulatedClock();
    const told: number[] = [];
    const emit = (event: object): void => void told.push("days" in event ? Number(event.days) : -1);
    const first = end("first", clock.now() + 60.5 * DAY_MS);
    for (let day = 0; day < 60; day++) {
      await reportExpiry({ runner, tenant: "t", clock, emit }, "graph", first);
      await clock.jump(DAY_MS);
    }
    assert.deepEqual(told, [30, 14, 7, 1]);
    await reportExpiry(
      { runner, tenant: "t", clock, emit },
      "graph",
      end("next", clock.now() + 7 * DAY_MS),
    );
    assert.deepEqual(told, [30, 14, 7, 1, 7]);
  });
});
