import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judge, judgeExpiry } from "../../../shared/batches/decisions/judge.ts";
import type { Situation } from "../../../shared/batches/decisions/judgment.ts";
import {
  type Control,
  undecided,
  withDecision,
} from "../../../shared/records/decisions/control.ts";
import {
  type Decision,
  type DecisionKind,
  decisionKinds,
} from "../../../shared/records/decisions/decision.ts";
import { type BatchState, batchStates } from "../../../shared/records/status.ts";
import type { Who } from "../../../shared/records/who.ts";
import { decision, recorded } from "../../records/decisions.ts";

const NOW = "2026-11-21T14:30:00.000Z";
const queue = { kind: "queue" } as const;
const ann = { kind: "person", oid: "a" } as const;
const bob = { kind: "person", oid: "b" } as const;
const { plan = "" } = decision();

const told = (
  sent: Decision,
  situation: Partial<Situation> = {},
  { who = queue, fourEyes = false }: { who?: Who; fourEyes?: boolean } = {},
): string => {
  const found: Situation = { control: undecided, state: "held", digest: plan, ...situation };
  const made = judge(sent, who, found, { fourEyes, now: NOW });
  return made.outcome === "ignored" ? made.reason : made.outcome;
};

const after = (...made: Parameters<typeof recorded>[0][]): Control =>
  made.reduce<Control>((control, parts) => withDecision(control, recorded(parts), NOW), undecided);

describe("what becomes of a decision", () => {
  const possible: Readonly<Record<DecisionKind, readonly BatchState[]>> = {
    approve: ["planned", "held"],
    reject: ["planned", "held"],
    cancel: ["accepted", "planned", "held", "running", "paused"],
    pause: ["accepted", "running"],
    resume: ["paused"],
    rerun: ["held", "finished", "cancelled"],
    undo: ["held", "finished", "cancelled"],
  };
  for (const kind of decisionKinds) {
    it(`${kind} is applied in the states in which it means something`, () => {
      const applied = batchStates.filter(
        (state) =>
          told(decision({ decision: kind, expects: state }), {
            state,
            control: state === "paused" ? after({}) : undecided,
          }) === "applied",
      );
      assert.deepEqual(applied, possible[kind]);
    });
  }

  it("resume is applied to what is paused, once", () => {
    const resume = decision({ decision: "resume", expects: "paused" });
    for (const state of ["accepted", "running", "paused"] as const) {
      assert.equal(told(resume, { state, control: after({}) }), "applied");
      const resumed = after({}, { decision: "resume", decisionId: "decision-2" });
      assert.equal(told(resume, { state, control: resumed }), "other-state");
    }
  });

  it("nothing is applied if another state is expected than the batch has", () => {
    assert.equal(told(decision({ expects: "planned" })), "other-state");
    assert.equal(told(decision({ decision: "cancel", expects: "unfinished" })), "applied");
    const ended = { state: "finished" } as const;
    const cancel = decision({ decision: "cancel", expects: "unfinished" });
    assert.equal(told(cancel, ended), "other-state");
    assert.equal(told(decision({ decision: "rerun", expects: "ended" }), ended), "applied");
  });

  it("an approval of another plan, or of a plan without a digest, is ignored", () => {
    assert.equal(told(decision(), { digest: `sha256:${"0b".repeat(32)}` }), "other-plan");
    assert.equal(told(decision(), { digest: undefined }), "other-plan");
  });

  it("cancel beats approve: what was cancelled is not approved, whatever its status still says", () => {
    for (const kind of ["cancel", "reject"] as const) {
      const control = after({ decision: kind });
      assert.equal(told(decision(), { control }), "other-state");
      const resume = decision({ decision: "resume", expects: "paused" });
      assert.equal(told(resume, { control, state: "running" }), "other-state");
    }
  });

  it("a paused batch is not approved before it is resumed, but may be cancelled", () => {
    const control = after({});
    const cancel = decision({ decision: "cancel", expects: "paused" });
    assert.equal(told(cancel, { control, state: "running" }), "applied");
  });

  it("no more are taken in an hour than can be told from repeated ones", () => {
    const many = Array.from({ length: 200 }, (_, at) => ({ decisionId: `decision-${at + 10}` }));
    assert.equal(told(decision(), { control: after(...many) }), "too-many");
  });
});

const at = (minutes: number): number => Date.parse("2026-11-21T15:00:00Z") - minutes * 60_000;

describe("a decision in its time", () => {
  it("is judged until it expires", () => {
    assert.equal(judgeExpiry(decision(), at(1)), undefined);
    assert.equal(judgeExpiry(decision(), at(60)), undefined);
  });
  for (const [minutes, reason] of [
    [0, "late"],
    [-60, "late"],
    [66, "too-far"],
    [24 * 60, "too-far"],
  ] as const) {
    it(`is ignored ${minutes} minutes before it expires`, () => {
      const made = judgeExpiry(decision(), at(minutes));
      assert.equal(made?.outcome === "ignored" && made.reason, reason);
    });
  }
});

describe("with four eyes", () => {
  const fourEyes = true;
  it("somebody else than the submitter approves", () => {
    assert.equal(told(decision(), { submitter: ann }, { who: ann, fourEyes }), "same-person");
    assert.equal(told(decision(), { submitter: ann }, { who: bob, fourEyes }), "applied");
  });

  for (const submitter of [
    undefined,
    { kind: "queue" },
    { kind: "file" },
    { kind: "policy", policy: "stale-accounts" },
  ] as const) {
    it(`two people approve a batch that ${submitter?.kind ?? "an unknown"} submitted`, () => {
      const first = { submitter };
      assert.equal(told(decision(), first, { who: ann, fourEyes }), "waiting");
      const waiting = { decision: "approve", plan, by: ann, outcome: "waiting" } as const;
      const second = { submitter, control: after(waiting) };
      assert.equal(told(decision(), second, { who: ann, fourEyes }), "same-person");
      assert.equal(told(decision(), second, { who: bob, fourEyes }), "applied");
    });
  }

  it("two approvals of different plans are not two of one", () => {
    const other = { decision: "approve", plan: "sha256:x", by: ann, outcome: "waiting" } as const;
    assert.equal(told(decision(), { control: after(other) }, { who: bob, fourEyes }), "waiting");
  });

  it("one person alone may stop a batch, the submitter too", () => {
    const cancel = decision({ decision: "cancel", expects: "held" });
    assert.equal(told(cancel, { submitter: ann }, { who: ann, fourEyes }), "applied");
  });
});
