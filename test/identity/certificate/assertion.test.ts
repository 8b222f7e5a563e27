import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createAssertions } from "../../../shared/identity/certificate/assertion.ts";
import { createServerClock } from "../../../shared/identity/certificate/server-clock.ts";
import type {
  AssertionAlgorithm,
  SigningKey,
} from "../../../shared/identity/certificate/signing-key.ts";
import { createSimulatedClock } from "../../core/simulated-clock.ts";

const MINUTE = 60_000;

function open(algorithm: AssertionAlgorithm = "PS256") {
  const clock = createSimulatedClock();
  const serverClock = createServerClock(clock);
  const signatures: AssertionAlgorithm[] = [];
  let failing = false;
  const key: SigningKey = {
    version: "v1",
    thumbprints: { sha256: "AB".repeat(32), sha1: "CD".repeat(20) },
    notBeforeMs: 0,
    notAfterMs: 0,
    certificate: Buffer.alloc(0),
    sign: async (name) => {
      signatures.push(name);
      if (failing) throw new Error("vault");
      return Buffer.from("signature");
    },
  };
  const assertions = createAssertions({ clientId: "CLIENT", algorithm, clock: serverClock });
  const get = (audience = "https://login/token") => assertions(key, audience);
  return { clock, serverClock, signatures, get, failing: (now: boolean) => (failing = now) };
}

function decode(assertion: string) {
  const [header, payload] = assertion.split(".").map((part): Record<string, unknown> => {
    try {
      return { ...JSON.parse(Buffer.from(part, "base64url").toString()) };
    } catch {
      return {};
    }
  });
  return { header, payload: payload ?? {} };
}

describe("an assertion", () => {
  it("names the certificate by its SHA-256 and lives ten minutes from now", async () => {
    const { get, clock } = open();
    const { header, payload } = decode(await get());
    assert.deepEqual(header, {
      alg: "PS256",
      typ: "JWT",
      "x5t#S256": Buffer.from("AB".repeat(32), "hex").toString("base64url"),
    });
    const { jti, ...claims } = payload;
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    const now = clock.now() / 1000;
    assert.deepEqual(claims, {
      aud: "https://login/token",
      iss: "CLIENT",
      sub: "CLIENT",
      nbf: now,
      iat: now,
      exp: now + 600,
    });
  });

  it("names the certificate by its SHA-1 if RS256 is set", async () => {
    const { header } = decode(await open("RS256").get());
    const x5t = Buffer.from("CD".repeat(20), "hex").toString("base64url");
    assert.deepEqual(header, { alg: "RS256", typ: "JWT", x5t });
  });

  it("is signed once for all callers and kept for half its life", async () => {
    const { get, signatures, clock } = open();
    const all = await Promise.all(Array.from({ length: 100 }, () => get()));
    await clock.advance(5 * MINUTE - 1);
    assert.deepEqual(new Set([...all, await get()]).size, 1);
    assert.equal(signatures.length, 1);
    await clock.advance(1);
    assert.notEqual(await get(), all[0]);
  });

  it("differs for another token endpoint", async () => {
    const { get, signatures } = open();
    await Promise.all([get("https://a"), get("https://b")]);
    assert.equal(signatures.length, 2);
  });

  for (const minutes of [20, 4, -4, -20]) {
    it(`is signed again with the right time after the clock was found ${minutes} minutes behind`, async () => {
      const { get, clock, serverClock } = open();
      await get();
      const there = clock.now() + minutes * MINUTE;
      const nowMs = clock.now();
      const date = new Date(there).toUTCString();
      serverClock.observe({ date, sentAtMs: nowMs, receivedAtMs: nowMs }, { confirmed: true });
      const { payload } = decode(await get());
      assert.ok(Math.abs(Number(payload["nbf"]) * 1000 - there) < 2_000);
    });
  }

  it("is not kept if its signature failed", async () => {
    const { get, failing } = open();
    failing(true);
    await assert.rejects(get(), /vault/);
    failing(false);
    assert.ok(await get());
  });
});
