import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { clouds } from "../../../shared/core/clouds.ts";
import { createEntraFixture, type EntraFixture } from "./entra-fixture.ts";
import { principalOf } from "./refusal-case.ts";
import { createTokenVerifier, type TokenVerdict } from "./verify-token.ts";

const graph = "https://graph.microsoft.com";
const cae = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });

const problem = (verdict: TokenVerdict): string => (verdict.ok ? "none" : verdict.problem);

describe("a service verifies a token", () => {
  let fixture: EntraFixture;
  let aheadMs = 0;
  let verify: (token: string, audience?: string) => TokenVerdict;
  before(async () => {
    fixture = await createEntraFixture();
    const { registry, signer } = fixture.state;
    const verifier = createTokenVerifier({
      registry,
      signer,
      cloud: clouds.global,
      now: () => Date.now() + aheadMs,
    });
    verify = (token, audience = graph) => verifier(`Bearer ${token}`, [audience]);
  });
  const token = (fields: Readonly<Record<string, string>> = {}): string =>
    fixture.token(fields).body.access_token ?? "";

  it("and reads the caller and its roles [access-token-claims-reference]", () => {
    const verdict = verify(token());
    assert.ok(verdict.ok);
    assert.equal(verdict.claims.appId, fixture.application.appId);
    assert.equal(verdict.claims.principalId, principalOf(fixture).objectId);
    assert.deepEqual(verdict.claims.roles, ["User.Read.All"]);
  });

  it("and refuses a malformed one, a foreign signature, or another resource's [access-tokens, validating]", () => {
    const [head = "", payload = ""] = token().split(".");
    const [, , other = ""] = token().split(".");
    assert.equal(problem(verify("")), "missing");
    assert.equal(problem(verify("abc")), "malformed");
    assert.equal(problem(verify(`${head}.${payload}.${other}`)), "signature");
    assert.equal(problem(verify(token(), "https://vault.azure.net")), "audience");
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    assert.equal(problem(verify(`${none}.${payload}.`)), "signature");
  });

  it("and refuses it from the second it expires [access-tokens, validating]", (context) => {
    context.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    fixture.state.settings.tokenLifetimeSeconds = 600;
    const short = token();
    fixture.state.settings.tokenLifetimeSeconds = undefined;
    aheadMs = 599_000;
    assert.equal(problem(verify(short)), "none");
    aheadMs = 601_000;
    assert.equal(problem(verify(short)), "expired");
    aheadMs = -900_000;
    assert.equal(problem(verify(short)), "not-yet-valid");
    aheadMs = 0;
  });

  it("with cp1 only until it is revoked [concept-continuous-access-evaluation-workload]", () => {
    const [plain, challenged] = [token(), token({ claims: cae })];
    principalOf(fixture).tokensValidFromMs = Date.now() + 1500;
    const verdict = verify(challenged);
    assert.ok(!verdict.ok && verdict.problem === "revoked");
    const { access_token: asked } = JSON.parse(verdict.claimsChallenge ?? "{}") as {
      access_token: { nbf: { essential: boolean; value: string } };
    };
    assert.equal(asked.nbf.essential, true);
    assert.equal(
      Number(asked.nbf.value),
      Math.floor(principalOf(fixture).tokensValidFromMs / 1000),
    );
    assert.equal(
      problem(verify(plain)),
      "none",
      "a client without cp1 keeps its token until it expires",
    );
    principalOf(fixture).tokensValidFromMs = 0;
    assert.equal(problem(verify(token({ claims: cae }))), "none");
  });

  it("with cp1 only while its principal is enabled [concept-continuous-access-evaluation-workload]", () => {
    const held = token({ claims: cae });
    principalOf(fixture).accountEnabled = false;
    assert.equal(problem(verify(held)), "revoked");
    principalOf(fixture).accountEnabled = true;
  });
});
