import assert from "node:assert/strict";

import { OperatorError } from "../../shared/core/errors.ts";
import { createKeyVersions } from "../../shared/identity/certificate/key-versions.ts";
import { createServerClock } from "../../shared/identity/certificate/server-clock.ts";
import type { SigningKey } from "../../shared/identity/certificate/signing-key.ts";
import { createSimulatedClock } from "../core/simulated-clock.ts";

const DAY = 86_400_000;

const unusable = (): OperatorError =>
  new OperatorError("CERTIFICATE_UNUSABLE", "broken", { fix: "mend", disposition: "stop" });
export const trouble = (code: "VAULT_UNREACHABLE" | "VAULT_REFUSED"): OperatorError =>
  new OperatorError(code, "no", { fix: "wait", disposition: "retry" });

interface Version {
  readonly name: string;
  enabled: boolean;
  broken: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A vault that the test fills, and the versions kept of it. */
export function openVault() {
  const clock = createSimulatedClock();
  const versions: Version[] = [];
  const reads: string[] = [];
  const troubles: string[] = [];
  let failure: OperatorError | undefined;
  let listFailure: OperatorError | undefined;

  const keyOf = ({ name, fromMs, toMs }: Version): SigningKey => ({
    version: name,
    thumbprints: { sha256: name, sha1: name },
    notBeforeMs: fromMs,
    notAfterMs: toMs,
    certificate: Buffer.alloc(0),
    sign: async () => Buffer.alloc(0),
  });
  const serverClock = createServerClock(clock);
  const kept = createKeyVersions({
    clock: serverClock,
    random: () => 0.5,
    onTrouble: ({ code }) => troubles.push(code),
    source: {
      async load(wanted) {
        reads.push(wanted ?? "newest");
        await Promise.resolve();
        if (failure) throw failure;
        const found = versions.findLast(({ name }) => name === (wanted ?? name));
        if (!found?.enabled) throw unusable();
        return { version: found.name, key: found.broken ? unusable() : keyOf(found) };
      },
      async list() {
        reads.push("list");
        await Promise.resolve();
        const error = failure ?? listFailure;
        if (error) throw error;
        return versions.map(({ name, enabled }, index) => ({
          version: name,
          enabled,
          createdMs: index,
        }));
      },
    },
  });
  return {
    clock,
    /** An answer of Entra tells the time, and that our clock is wrong. */
    tellTime: (differenceMs = 0) => {
      const nowMs = clock.now();
      const date = new Date(nowMs + differenceMs).toUTCString();
      serverClock.observe({ date, sentAtMs: nowMs, receivedAtMs: nowMs }, { confirmed: true });
    },
    kept,
    troubles,
    /** The reads since the last call. */
    reads: () => reads.splice(0).join(" "),
    add(name: string, { fromDays = -1, toDays = 100 } = {}): Version {
      const nowMs = clock.now();
      const period = { fromMs: nowMs + fromDays * DAY, toMs: nowMs + toDays * DAY };
      const version = { name, enabled: true, broken: false, ...period };
      versions.push(version);
      return version;
    },
    failing: (error: OperatorError | undefined) => (failure = error),
    failingToList: (error: OperatorError | undefined) => (listFailure = error),
    usable: async () => (await kept.usable()).map(({ version }) => version).join(" "),
    /** The versions found after all usable ones were refused. */
    async further() {
      const tried = await kept.usable();
      for (const key of tried) kept.refused(key);
      const found = await kept.further(new Set(tried.map(({ version }) => version)));
      return found.map(({ version }) => version).join(" ");
    },
    async key(name: string) {
      const key = (await kept.usable()).find(({ version }) => version === name);
      assert.ok(key);
      return key;
    },
  };
}
