import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";

import { createBatches } from "../../../shared/app/batches.ts";
import { decide } from "../../../shared/batches/decisions/decide.ts";
import type { BatchPorts, Decided } from "../../../shared/batches/ports.ts";
import { systemClock } from "../../../shared/core/clock.ts";
import { createProofReader } from "../../../shared/identity/proof/read-proof.ts";
import { nonceOf } from "../../../shared/records/decisions/canonical.ts";
import { decisionNonce, type SignedDecision } from "../../../shared/records/decisions/decision.ts";
import {
  createSignInFixture,
  type SignInFixture,
} from "../../cloud/entra/people/sign-in-fixture.ts";
import { type Desk, openDesk, sent } from "./desk.ts";

const loginHost = "login.microsoftonline.com";

let cloud: SignInFixture;
before(async () => {
  cloud = await createSignInFixture();
});
let desk: Desk;
beforeEach(async () => {
  desk = openDesk();
  await desk.submit();
});

/** Signs a decision as a person does: signs in to the local cloud with its digest as the nonce. */
async function sign(
  decision: SignedDecision,
  fields: Readonly<Record<string, string>> = {},
): Promise<SignedDecision> {
  const code = await cloud.code({ nonce: decisionNonce(decision), ...fields });
  const client = fields["client_id"];
  const { body } = await cloud.redeem({ code, ...(client && { client_id: client }) });
  return { ...decision, proof: body.id_token };
}

const ports = (more: Partial<BatchPorts["settings"]> = {}, aheadMs = 0): BatchPorts => {
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const settings = { ...desk.ports.settings, decisionProof: "signed" as const, ...more };
  const readProof = createProofReader({
    loginHost,
    tenant: cloud.home.tenantId,
    clientId: cloud.signIn.clientId,
    clock,
    fetch: async (url) => {
      const target = new URL(url).pathname;
      const ask = { method: "GET", host: loginHost, target, headers: {}, body: Buffer.alloc(0) };
      const answer = await cloud.world.front.handle("login", ask);
      assert.ok(!("connection" in answer));
      return new Response(String(answer.body), { status: answer.status });
    },
  });
  return { ...desk.ports, settings, readProof, clock };
};

const say = (message: SignedDecision, more?: Parameters<typeof ports>[0]): Promise<Decided> =>
  decide(ports(more), message);

/** No decision was accepted. */
function untouched(): void {
  assert.deepEqual(desk.markers(), []);
  assert.equal(desk.status()["state"], "held");
  assert.equal(desk.blobs.batches.blobs.has("leavers/control.json"), false);
}

describe("a decision that was signed in the local cloud", () => {
  it("is applied, once, and says who decided", async () => {
    const signed = await sign(desk.approve());
    assert.equal((await say(signed)).outcome, "applied");
    assert.equal((await say(signed)).reason, "duplicate");
    const { id: oid, userPrincipalName: name } = cloud.signIn.decider;
    assert.deepEqual(desk.control().approved[0]?.by, [{ kind: "person", oid, name }]);
    const [event] = desk.named("decision.applied");
    assert.ok(event?.event === "decision.applied" && event.by === oid);
  });

  const refused: Readonly<Record<string, () => Promise<SignedDecision>>> = {
    "is not signed": async () => desk.approve(),
    "was signed for another batch": async () => {
      const { proof } = await sign(desk.approve({ batch: "joiners" }));
      return { ...desk.approve(), proof };
    },
    "was changed after it was signed": async () => ({
      ...(await sign(desk.approve())),
      reason: "because",
    }),
    "was signed under another id: replayed": async () => ({
      ...(await sign(desk.approve())),
      decisionId: "decision-2",
    }),
    "was signed by somebody who may only submit": () =>
      sign(desk.approve(), { login_hint: cloud.signIn.submitter.userPrincipalName }),
    "was signed for another application": async () => {
      const { world, home } = cloud;
      const { appId } = world.registry.addApplication({
        tenantId: home.tenantId,
        displayName: "Other",
        redirectUris: { public: ["http://localhost"] },
      });
      world.registry.addServicePrincipal(home.tenantId, appId);
      return sign(desk.approve(), { client_id: appId });
    },
    "was signed without saying by whom": () => sign(desk.approve(), { scope: "openid" }),
  };
  for (const [how, make] of Object.entries(refused)) {
    it(`is refused if it ${how}`, async () => {
      assert.equal((await say(await make())).reason, "unproven");
      untouched();
    });
  }

  it("is refused once the sign-in is two hours old", async () => {
    const message = await sign(desk.approve({ expires: "2099-01-01T00:00:00Z" }));
    const aheadMs = 2 * 60 * 60_000;
    const soon = new Date(Date.now() + aheadMs + 60_000).toISOString();
    const kept = await sign(desk.approve({ expires: soon }));
    for (const late of [message, kept]) {
      const { outcome } = await decide(ports({}, aheadMs), late);
      assert.equal(outcome, "ignored");
    }
    untouched();
  });

  it("cannot be signed by somebody who is not assigned (AADSTS50105)", async () => {
    const hint = { login_hint: cloud.signIn.stranger.userPrincipalName };
    await assert.rejects(sign(desk.approve(), hint), /50105/);
  });

  it("needs two people if it is not known who submitted the batch, with four eyes", async () => {
    const fourEyes = { fourEyes: true };
    const first = await say(await sign(desk.approve()), fourEyes);
    assert.equal(first.outcome, "waiting");
    assert.equal(desk.status()["state"], "held");
    const again = await sign(desk.approve({ decisionId: "decision-2" }));
    assert.equal((await say(again, fourEyes)).reason, "same-person");
    const second = await sign(desk.approve({ decisionId: "decision-3" }), {
      login_hint: cloud.signIn.secondDecider.userPrincipalName,
    });
    assert.equal((await say(second, fourEyes)).outcome, "applied");
    assert.equal(desk.control().approved[0]?.by.length, 2);
    assert.equal(desk.status()["state"], "running");
  });

  it("is not taken from whoever signed the batch when they submitted it, with four eyes", async () => {
    const rows = desk.rows.map((row) => ({ ...row }));
    const unsigned = { version: 1, batch: "joiners", mode: "plan", rows };
    const submit = async (hint: string) => {
      const code = await cloud.code({ nonce: nonceOf(unsigned), login_hint: hint });
      const { body } = await cloud.redeem({ code });
      const batches = createBatches(ports());
      const message = { ...unsigned, proof: body.id_token };
      return batches.accept(message, { messageId: "m-9", deadlineMs: Infinity });
    };
    const { submitter, decider } = cloud.signIn;
    const unfit = await submit(decider.userPrincipalName);
    assert.ok(unfit.state === "done" && unfit.outcome === "refused", "no role Batch.Submit");
    assert.equal(desk.refused("joiners")["code"], "PROOF_REFUSED");
    await submit(submitter.userPrincipalName);
    const who = desk.blobs.batches.json("joiners/batch.json")["submitter"];
    const { id: oid, userPrincipalName: name } = submitter;
    assert.deepEqual(who, { kind: "person", oid, name });
    const plan = String(desk.blobs.batches.json("joiners/plan.json")["digest"]);
    const approval = await sign(sent({ batch: "joiners", plan, expects: "planned" }));
    assert.equal((await say(approval, { fourEyes: true })).outcome, "applied", "by somebody else");
  });

  it("leaves no token anywhere", async () => {
    const messages = [await sign(desk.approve()), await sign(sent({ decisionId: "decision-9" }))];
    for (const message of messages) await say(message);
    const stored = [desk.blobs.batches, desk.blobs.runner]
      .flatMap(({ blobs }) => [...blobs.values()].map(({ bytes }) => bytes.toString("utf8")))
      .join();
    for (const { proof = "" } of messages) {
      assert.ok(proof.length > 500);
      const signature = proof.slice(-40);
      assert.ok(!stored.includes(signature));
      assert.ok(!JSON.stringify(desk.events).includes(signature));
    }
  });
});
