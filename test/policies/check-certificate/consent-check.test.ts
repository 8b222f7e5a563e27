import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OperatorError } from "../../../shared/core/errors.ts";
import type { TelemetryEvent } from "../../../shared/core/telemetry.ts";
import { checkConsent } from "../../../shared/policies/check-certificate/consent-check.ts";

const error = (code: "CONSENT_MISSING" | "TOKEN_UNREACHABLE"): OperatorError =>
  new OperatorError(code, "no", { fix: "wait", disposition: "stop" });

async function check(roles: Readonly<Record<string, readonly string[] | OperatorError>>) {
  const events: TelemetryEvent[] = [];
  const notes: string[] = [];
  const work = checkConsent(
    {
      tenants: Object.keys(roles),
      freshRoles: async (tenant) => {
        const found = roles[tenant] ?? [];
        if (found instanceof OperatorError) throw found;
        return found;
      },
      consentUrl: (tenant) => `https://login/${tenant}/adminconsent`,
      emit: (event) => void events.push(event),
    },
    (line) => void notes.push(line),
  );
  const failure = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { events, notes: notes.join("\n"), failure };
}

describe("the consent of every allowed tenant is checked", () => {
  it("and no event is emitted if each grants what the home tenant does", async () => {
    const { events, failure } = await check({ home: ["A", "B"], other: ["B", "A", "C"] });
    assert.deepEqual([events, failure], [[], undefined]);
  });

  it("and a tenant that grants less is reported, with what it lacks and the address", async () => {
    const { events, notes } = await check({ home: ["A", "B"], other: ["A"] });
    assert.deepEqual(events, [{ event: "consent.missing", tenant: "other", lacking: "B" }]);
    assert.match(notes, /B\. Fix: .*https:\/\/login\/other\/adminconsent/);
  });

  for (const [what, answer] of [
    ["gives a token without any role", []],
    ["does not know the application", error("CONSENT_MISSING")],
  ] as const) {
    it(`and one that ${what} has not consented`, async () => {
      const { events, failure } = await check({ home: ["A"], other: answer });
      assert.deepEqual(events, [{ event: "consent.missing", tenant: "other", lacking: "all" }]);
      assert.equal(failure, undefined);
    });
  }

  it("and a tenant that gives no answer does not stop the others", async () => {
    const unreachable = error("TOKEN_UNREACHABLE");
    const { events, failure } = await check({ home: ["A"], down: unreachable, other: [] });
    assert.deepEqual(events, [{ event: "consent.missing", tenant: "other", lacking: "all" }]);
    assert.equal(failure, unreachable);
  });
});
