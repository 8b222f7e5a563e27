import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { explain } from "../../../shared/identity/token/explain.ts";
import {
  type RefusalContext,
  explainedCodes,
} from "../../../shared/identity/token/explanations.ts";
import {
  isClockRefusal,
  isKeyRefusal,
  isTransient,
  readRefusal,
} from "../../../shared/identity/token/refusal.ts";

const context: RefusalContext = {
  tenant: "TENANT",
  clientId: "CLIENT",
  resource: "https://graph.microsoft.com",
  loginHost: "login.microsoftonline.com",
  consentUrl: "https://login.microsoftonline.com/TENANT/adminconsent?client_id=CLIENT",
  presented: "certificate version v1, SHA-1 thumbprint AB12",
  clockBehindSeconds: -42,
};

const body = (code: number, more: object = {}): string =>
  JSON.stringify({
    error: "invalid_client",
    error_description: `AADSTS${code}: Words of Entra. Trace ID: x Correlation ID: y`,
    error_codes: [code],
    correlation_id: "11111111-2222-4333-8444-555555555555",
    trace_id: "21111111-2222-4333-8444-555555555555",
    ...more,
  });
const refused = (code: number) => readRefusal(401, body(code), undefined);
const explained = (code: number, status = 400, more: object = {}) =>
  explain(readRefusal(status, body(code, more), undefined), context);

describe("every AADSTS number that a daemon can meet", () => {
  // facts: the error reference of Entra, as a daemon meets it.
  const numbers = [
    70011, 28002, 1002012, 700022, 700023, 500011, 50001, 650057, 65001, 650056, 90094, 700016,
    700011, 70001, 7000112, 1000031, 90002, 50059, 50128, 90038, 900382, 900432, 50049, 700027,
    7000274, 700024, 50012, 7000214, 7000277, 1000502, 7000215, 7000222, 7000218, 700025, 700030,
    5002738, 50032, 700211, 700212, 700213, 700229, 50027, 53003, 530032, 50105, 500021, 500022,
    50196, 90055, 90006, 90012, 90024, 90033, 90090, 50033, 90036, 90092, 100007, 50034, 50126,
    50057,
  ];

  it("is explained", () => {
    assert.deepEqual(
      numbers.filter((code) => !explainedCodes().includes(code)),
      [],
    );
  });

  for (const code of explainedCodes()) {
    it(`AADSTS${code} has a cause, a fix and the correlation id`, () => {
      const { message, what, fix } = explained(code);
      assert.match(message, new RegExp(`AADSTS${code}`));
      assert.match(what, /[a-z]{4}.*correlation id 1{8}/);
      assert.ok(fix.length > 20 && !/undefined|\[object/.test(message), message);
    });
  }
});

describe("an explanation", () => {
  const table = [
    { code: 65001, is: "CONSENT_MISSING", says: /adminconsent\?client_id=CLIENT/ },
    { code: 700016, is: "CONSENT_MISSING", says: /client id CLIENT.*adminconsent/ },
    { code: 700027, is: "TOKEN_REFUSED", says: /thumbprint AB12/ },
    { code: 700024, is: "TOKEN_REFUSED", says: /42 s ahead/ },
    { code: 700213, is: "TOKEN_REFUSED", says: /letter by letter.*AB12/ },
    { code: 70011, is: "SCOPE_INVALID", says: /\/\/\.default/ },
    { code: 53003, is: "TOKEN_REFUSED", says: /Conditional Access/ },
    { code: 90002, is: "TOKEN_REFUSED", says: /tenant id TENANT.*login\.microsoftonline\.com/ },
  ] as const;
  for (const { code, is, says } of table) {
    it(`of AADSTS${code} says ${says.source}`, () => {
      const error = explained(code);
      assert.equal(error.code, is);
      assert.match(error.message, says);
      assert.equal(error.disposition, "stop");
    });
  }

  it("of an unknown number says so, with Entra's own sentence", () => {
    const error = explained(9_999_999);
    assert.match(error.message, /AADSTS9999999, which is not documented here.*Words of Entra\./);
    assert.match(error.fix, /login\.microsoftonline\.com\/error/);
  });

  it("of a transient error says so, and how long to wait", () => {
    const error = explained(90033, 503);
    assert.equal(error.code, "TOKEN_UNREACHABLE");
    assert.equal(error.disposition, "retry");
    assert.equal(explained(50196).retryAfterMs, 120_000);
  });

  it("of a permanent fault in Entra points to support", () => {
    const error = explained(90036, 500);
    assert.equal(error.disposition, "stop");
    assert.match(error.fix, /support/);
  });

  it("of the plain-text throttle keeps its status and its wait", () => {
    const refusal = readRefusal(429, "Too Many Requests", 60_000);
    const error = explain(refusal, context);
    assert.equal(error.code, "TOKEN_UNREACHABLE");
    assert.equal(error.retryAfterMs, 60_000);
    assert.equal(explain({ ...refusal, retryAfterMs: undefined }, context).retryAfterMs, 60_000);
  });

  it("limits a wait of a day to ten minutes", () => {
    const error = explain(readRefusal(429, "Too Many Requests", 86_400_000), context);
    assert.equal(error.retryAfterMs, 600_000);
  });

  for (const [what, status] of [
    ["a proxy's 403", 403],
    ["a redirect to a sign-in page", 302],
    ["a proxy's 407", 407],
  ] as const) {
    it(`of ${what} is transient, names the status and quotes nothing`, () => {
      const error = explain(readRefusal(status, "<html>secret</html>", undefined), context);
      assert.equal(error.code, "TOKEN_UNREACHABLE");
      assert.equal(error.disposition, "retry");
      assert.match(
        error.message,
        new RegExp(`HTTP ${status}, an answer that is not Entra's.*proxy`),
      );
      assert.doesNotMatch(error.message, /html|secret/);
    });
  }

  for (const status of [408, 429, 502, 503, 504]) {
    it(`of a ${status} with the number of a permanent refusal goes by its status`, () => {
      const error = explain(readRefusal(status, body(700016), 7_000), context);
      assert.deepEqual(
        [error.code, error.disposition, error.retryAfterMs],
        ["TOKEN_UNREACHABLE", "retry", 7_000],
      );
      assert.match(error.message, /AADSTS700016/);
    });
  }
});

describe("a refusal is read", () => {
  it("with the number from its text if the list is missing", () => {
    assert.deepEqual(
      readRefusal(400, body(70011, { error_codes: undefined }), undefined).codes,
      [70011],
    );
  });

  it("without anything that could be a token, a key or a person's name", () => {
    const jwt = `eyJ${"a".repeat(60)}.eyJ${"b".repeat(60)}.${"c".repeat(60)}`;
    const { words } = readRefusal(
      400,
      body(1, { error_description: `AADSTS1: ann@contoso.com sent ${jwt} today.\r\nTrace ID: 1` }),
      undefined,
    );
    assert.equal(words, "AADSTS1: … sent … today.");
  });

  it("without client secrets, which have 40 characters and tildes, but with ids", () => {
    const id = "11111111-2222-4333-8444-555555555555";
    for (const secret of [
      "aB3~_.-".repeat(6).slice(0, 40),
      "x".repeat(32),
      `a~${"Q".repeat(38)}`,
    ]) {
      const words = `AADSTS1: app ${id} sent ${secret} today.`;
      const read = readRefusal(400, body(1, { error_description: words }), undefined);
      assert.equal(read.words, `AADSTS1: app ${id} sent … today.`);
    }
  });

  it("as transient by its status or OAuth error alone", () => {
    assert.ok(isTransient(readRefusal(503, "", undefined)));
    assert.ok(isTransient(readRefusal(429, "", undefined)));
    assert.ok(isTransient(readRefusal(400, '{"error":"temporarily_unavailable"}', undefined)));
    assert.ok(!isTransient(readRefusal(400, body(700027), undefined)));
  });

  it("as a refusal of the key if Microsoft's library takes it as one", () => {
    for (const code of [700027, 700024, 7000214, 1000502, 7000274, 7000277]) {
      assert.ok(isKeyRefusal(refused(code)), String(code));
    }
    assert.ok(!isKeyRefusal(refused(7000215)));
    assert.ok(isClockRefusal(refused(700024)) && isClockRefusal(refused(50012)));
  });
});
