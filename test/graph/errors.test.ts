import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { parseGraphError } from "../../shared/graph/errors.ts";

const cases = [
  {
    when: "Graph's usual body",
    body: {
      error: {
        code: "Request_ResourceNotFound",
        message: "Resource does not exist.",
        innerError: { date: "2026-11-20T00:00:00", "request-id": "a", "client-request-id": "b" },
      },
    },
    says: { code: "Request_ResourceNotFound", message: "Resource does not exist." },
  },
  {
    when: "a 429, whose inner code is a number",
    body: {
      error: {
        code: "TooManyRequests",
        message: "Please retry again later.",
        innerError: { code: "429", message: "Please retry after", status: "429" },
      },
    },
    says: { code: "TooManyRequests", message: "Please retry again later." },
  },
  {
    when: "the other spelling with three nested codes: the deepest known one counts",
    body: {
      error: {
        code: "BadRequest",
        message: "outer",
        innererror: {
          code: "Request_BadRequest",
          innererror: { code: "Directory_ExpiredPageToken", innererror: { code: "internal-17" } },
        },
      },
    },
    says: { code: "Directory_ExpiredPageToken", message: "outer" },
  },
  {
    when: "details beside a known code, which do not count",
    body: {
      error: {
        code: "Request_BadRequest",
        message: "Another object with the same value exists.",
        details: [{ code: "ObjectConflict", message: "d", target: "userPrincipalName" }],
      },
    },
    says: { code: "Request_BadRequest", message: "Another object with the same value exists." },
  },
  {
    when: "details beside an unknown code",
    body: {
      error: { code: "Odd", message: "", details: [{ code: "ObjectConflict", message: "d" }] },
    },
    says: { code: "ObjectConflict", message: "d" },
  },
  {
    when: "without a known code",
    body: { error: { code: "Brand_New", message: "m", innerError: { code: "newer" } } },
    says: { code: "Brand_New", message: "m" },
  },
  {
    when: "the older directory's shape",
    body: { "odata.error": { code: "Request_BadRequest", message: { lang: "en", value: "m" } } },
    says: { code: "Request_BadRequest", message: "m" },
  },
  {
    when: "a token endpoint's",
    body: { error: "invalid_client", error_description: "AADSTS7000215" },
    says: { code: "unreadable", message: "invalid_client" },
  },
  {
    when: "JSON that came as text",
    body: '{"error":{"code":"UnknownError","message":""}}',
    says: { code: "UnknownError", message: "no message" },
  },
  {
    when: "JSON cut off",
    body: '{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to comp',
    says: { code: "Authorization_RequestDenied", message: "cut off" },
  },
  {
    when: "JSON cut off after its message",
    body: '{"error":{"code":"BadRequest","message":"a \\"b\\"","innerError":{"code":"Request_BadRequest","da',
    says: { code: "Request_BadRequest", message: 'a \\"b\\"' },
  },
  {
    when: "a gateway's HTML",
    body: "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>…</body></html>",
    says: { code: "unreadable", message: 'a page titled "502 Bad Gateway"' },
  },
  {
    when: "HTML without a title",
    body: "<html><body>no</body></html>",
    says: { code: "unreadable", message: "a page without a title" },
  },
  {
    when: "plain text",
    body: "The service\n is unavailable.",
    says: { code: "unreadable", message: "The service is unavailable." },
  },
  { when: "nothing", body: "", says: { code: "unreadable", message: "an empty body" } },
  { when: "no body", body: undefined, says: { code: "unreadable", message: "no error body" } },
  { when: "a list", body: [1], says: { code: "unreadable", message: "no error body" } },
  { when: "null", body: { error: null }, says: { code: "unreadable", message: "no message" } },
];

describe("an error body is understood", () => {
  for (const { when, body, says } of cases) {
    it(`when it is ${when}`, () => assert.deepEqual(parseGraphError(body), says));
  }

  it("whatever it is, without throwing, with a message of limited length", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.json(), fc.string()), (body) => {
        const { code, message } = parseGraphError(body);
        assert.ok(code.length > 0 && message.length > 0 && message.length <= 501);
      }),
    );
  });

  it("when it nests without end", () => {
    const error: Record<string, unknown> = { code: "Request_BadRequest", message: "m" };
    error["innerError"] = error;
    assert.equal(parseGraphError({ error }).code, "Request_BadRequest");
  });
});
