import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";

import fc from "fast-check";

import { OperatorError } from "../../shared/core/errors.ts";
import {
  canonicalDecision,
  checkDecision,
  decisionNonce,
} from "../../shared/records/decisions/decision.ts";
import { decision, TENANT } from "./decisions.ts";

describe("a decision is checked", () => {
  it("and is taken as it was sent", () => {
    const sent = decision({ reason: "looked at it", proof: "a.b.c" });
    assert.deepEqual(checkDecision(structuredClone(sent)), sent);
    const pause = { ...decision({ decision: "pause", expects: "open" }) };
    assert.equal(checkDecision({ ...pause, batch: undefined, plan: undefined }).batch, undefined);
  });

  const cancel = { decision: "cancel", plan: undefined } as const;
  const refusals: readonly [when: string, change: object, says: RegExp][] = [
    ["another version", { version: 2 }, /knows version 1/],
    ["an unknown property", { force: true }, /force \(not a known property\)/],
    ["an inherited property", JSON.parse('{"constructor": 1}') as object, /constructor/],
    ["no decisionId", { decisionId: undefined }, /decisionId \(missing\)/],
    ["a short decisionId", { decisionId: "1" }, /decisionId/],
    ["an unknown decision", { decision: "delete" }, /decision \(expected/],
    ["a tenant by name", { tenant: "contoso.com" }, /tenant/],
    ["a bad batch name", { batch: "../x" }, /batch must consist of/],
    ["no batch", { ...cancel, batch: undefined }, /names no batch/],
    ["an approval without a plan", { plan: undefined }, /has no plan/],
    ["an approval of half a digest", { plan: "sha256:00" }, /plan \(expected/],
    ["a cancel with a plan", { decision: "cancel" }, /has a plan/],
    ["a cancel with rows", { ...cancel, rows: "failed" }, /has rows, as or mode/],
    ["a cancel with a mode", { ...cancel, mode: "plan" }, /has rows, as or mode/],
    ["an undo of failed rows", { ...cancel, decision: "undo", rows: "failed" }, /rows is a word/],
    ["a rerun of row 0", { ...cancel, decision: "rerun", rows: [0] }, /rows/],
    ["a rerun of no rows", { ...cancel, decision: "rerun", rows: [] }, /rows/],
    ["a new batch with a bad name", { ...cancel, decision: "undo", as: "a/b" }, /as must/],
    ["no expectation", { expects: undefined }, /expects \(missing\)/],
    ["an expiry in words", { expires: "tomorrow" }, /expires/],
    ["an expiry that no calendar has", { expires: "2026-13-41T00:00:00Z" }, /no instant/],
    ["an expiry on 30 February", { expires: "2026-02-30T15:00:00Z" }, /no instant/],
    ["an expiry without a zone", { expires: "2026-11-21T15:00:00" }, /expires/],
    ["a reason as long as a page", { reason: "x".repeat(501) }, /reason/],
  ];
  for (const [when, change, says] of refusals) {
    it(`and refused for ${when}`, () => {
      const sent = Object.fromEntries(
        Object.entries({ ...decision(), ...change }).filter(([, value]) => value !== undefined),
      );
      assert.throws(
        () => checkDecision(sent),
        (error) =>
          error instanceof OperatorError &&
          error.disposition === "refuse" &&
          says.test(error.what) &&
          !error.message.includes("leavers"),
      );
    });
  }

  it("and refused if it is no object", () => {
    assert.throws(() => checkDecision([decision()]), { code: "MESSAGE_INVALID" });
  });
});

describe("the canonical form of a decision", () => {
  it("is the one that a signer of any language makes: names in order, no spaces", () => {
    const sent = decision({ proof: "a.b.c", reason: "Ann said: \u201cyes\u201d" });
    assert.equal(
      canonicalDecision(sent),
      `{"batch":"leavers","decision":"approve","decisionId":"decision-1","expects":"held","expires":"2026-11-21T15:00:00Z","plan":"${sent.plan}","reason":"Ann said: \u201cyes\u201d","tenant":"${TENANT}","version":1}`,
    );
    const digest = createHash("sha256").update(canonicalDecision(sent), "utf8").digest("base64url");
    assert.equal(decisionNonce(sent), digest);
  });

  it("does not depend on the order of properties or on the proof, and on everything else it does", () => {
    const sent = decision({ reason: "because", proof: "a.b.c" });
    const names = Object.keys(sent) as (keyof typeof sent)[];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(names, { minLength: names.length }),
        fc.constantFrom(...names),
        fc.string(),
        (order, changed, text) => {
          const other = Object.fromEntries(order.map((name) => [name, sent[name]]));
          assert.equal(decisionNonce(other as unknown as typeof sent), decisionNonce(sent));
          if (text === sent[changed]) return;
          const altered = { ...other, [changed]: text } as unknown as typeof sent;
          assert.equal(decisionNonce(altered) === decisionNonce(sent), changed === "proof");
        },
      ),
    );
  });
});
