import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  changeControl,
  type Control,
  changeTenantControl,
  hasRoom,
  isStopped,
  MOST_DECISIONS,
  readControl,
  readTenantControl,
  standingDecision,
  undecided,
  withDecision,
} from "../../shared/records/decisions/control.ts";
import { decisionKinds } from "../../shared/records/decisions/decision.ts";
import { isSamePerson, whoInWords } from "../../shared/records/who.ts";
import { MemoryBlobs } from "../batches/memory-blobs.ts";
import { recorded, TENANT } from "./decisions.ts";

const NOW = "2026-11-21T14:30:00.000Z";
const ann = { kind: "person", oid: "a", name: "Ann" } as const;
const bob = { kind: "person", oid: "b" } as const;

const all = (...made: Parameters<typeof recorded>[0][]): Control =>
  made.reduce<Control>((control, parts) => withDecision(control, recorded(parts), NOW), undecided);

describe("what people decided about a batch", () => {
  it("is open and approves nothing if nobody decided", async () => {
    assert.deepEqual(await readControl(new MemoryBlobs(), "leavers"), undecided);
  });

  it("is paused, and open again once somebody resumes it", () => {
    assert.equal(all({}).standing, "paused");
    assert.equal(all({}, { decision: "resume" }).standing, "open");
  });

  it("names who approved which plan, both if it took two", () => {
    const plan = "sha256:1";
    const approve = { decision: "approve", plan } as const;
    const waiting = all({ ...approve, by: ann, outcome: "waiting" });
    assert.deepEqual(waiting.approved, []);
    const { approved } = all(
      { ...approve, by: ann, outcome: "waiting" },
      { ...approve, by: bob, decisionId: "decision-2" },
    );
    assert.deepEqual(approved, [{ digest: plan, at: NOW, by: [ann, bob] }]);
  });

  it("stays cancelled whatever is decided before or after, and approves nothing after it", () => {
    const made = fc.constantFrom(...decisionKinds);
    fc.assert(
      fc.property(fc.array(made), fc.array(made), (before, after) => {
        const cancelled = all(...before.map((decision) => ({ decision, plan: "sha256:1" })), {
          decision: "cancel",
        });
        const end = after.reduce(
          (control, decision) =>
            withDecision(control, recorded({ decision, plan: "sha256:2" }), NOW),
          cancelled,
        );
        assert.ok(isStopped(end));
        assert.equal(end.standing, cancelled.standing);
        assert.deepEqual(end.approved, cancelled.approved);
      }),
    );
  });

  it("does not change by what was ignored", () => {
    const control = all({ decision: "cancel", outcome: "ignored", why: "late" });
    assert.equal(control.standing, "open");
    assert.equal(control.decisions.length, 1);
  });

  it("keeps the decision that gave it its standing, and no more than it has room for", () => {
    const late = { expires: "2026-11-21T13:00:00Z", outcome: "ignored" } as const;
    let control = all({ decision: "cancel", expires: "2026-11-21T12:00:00Z", by: ann });
    for (let at = 0; at < MOST_DECISIONS + 50; at++) {
      assert.ok(hasRoom(control, NOW));
      control = withDecision(control, recorded({ ...late, decisionId: `late-${at}` }), NOW);
    }
    assert.equal(control.decisions.length, MOST_DECISIONS);
    assert.deepEqual(standingDecision(control)?.by, ann);
  });

  it("has no room for more decisions than can be told apart from repeated ones", () => {
    const made = Array.from({ length: MOST_DECISIONS }, (_, at) => ({ decisionId: `new-${at}` }));
    assert.equal(hasRoom(all(...made.slice(1)), NOW), true);
    assert.equal(hasRoom(all(...made), NOW), false);
  });
});

describe("control.json", () => {
  it("keeps every decision of several who write at once", async () => {
    const blobs = new MemoryBlobs();
    const ids = Array.from({ length: 8 }, (_, at) => `decision-${at}`);
    await Promise.all(
      ids.map((decisionId) =>
        changeControl(blobs, "leavers", (before) =>
          withDecision(before, recorded({ decisionId }), NOW),
        ),
      ),
    );
    const { decisions } = await readControl(blobs, "leavers");
    assert.deepEqual(decisions.map((each) => each.decisionId).toSorted(), ids);
  });

  it("is not written if nothing changes", async () => {
    const blobs = new MemoryBlobs();
    await changeControl(blobs, "leavers", (before) => before);
    assert.equal(blobs.blobs.size, 0);
  });

  it("of a tenant is another blob", async () => {
    const blobs = new MemoryBlobs();
    await changeTenantControl(blobs, TENANT, (before) => withDecision(before, recorded(), NOW));
    assert.equal((await readTenantControl(blobs, TENANT)).standing, "paused");
    assert.deepEqual([...blobs.blobs.keys()], [`${TENANT}/control.json`]);
  });
});

describe("who decided", () => {
  it("is said in words, by name if it is known", () => {
    assert.equal(whoInWords(ann), "Ann (a)");
    assert.equal(whoInWords(bob), "b");
    assert.match(whoInWords({ kind: "queue" }), /right to send/);
    assert.match(whoInWords({ kind: "file" }), /inbox/);
    assert.equal(whoInWords({ kind: "policy", policy: "breaker" }), "the policy breaker");
  });

  it("is the same person only if both are known", () => {
    assert.ok(isSamePerson(ann, { ...ann, name: "Ann Smith" }));
    assert.ok(!isSamePerson(ann, bob));
    assert.ok(!isSamePerson({ kind: "queue" }, { kind: "queue" }));
  });
});
