import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  type GraphAnswer,
  type GraphRequest,
  memberRefUrl,
  userUrl,
} from "../../shared/core/graph-request.ts";
import { toObjectId } from "../../shared/core/object-id.ts";
import { packBatch, unpackBatch } from "../../shared/graph/batch.ts";

const id = toObjectId("22222222-2222-4222-8222-222222222222");
const context = { requestId: "abc", nowMs: Date.UTC(2026, 10, 20) };
const requestsOf = (count: number): GraphRequest[] =>
  Array.from({ length: count }, (_, index) => ({ method: "GET", url: `/users/${index}` }));

const packed = (requests: readonly GraphRequest[]) =>
  (JSON.parse(packBatch(requests)) as { requests: Record<string, unknown>[] }).requests;

describe("packing a $batch", () => {
  it("writes relative URLs, unique ids and a Content-Type with every body", () => {
    const parts = packed([
      { method: "GET", url: "/users/a?$select=id", headers: { ConsistencyLevel: "eventual" } },
      { method: "PATCH", url: `/users/${id}`, body: { accountEnabled: false } },
      { method: "DELETE", url: userUrl(id) },
      { method: "DELETE", url: memberRefUrl(id, id) },
    ]);
    const json = { "Content-Type": "application/json" };
    assert.deepEqual(parts, [
      {
        id: "r1",
        method: "GET",
        url: "/users/a?$select=id",
        headers: { ConsistencyLevel: "eventual" },
      },
      {
        id: "r2",
        method: "PATCH",
        url: `/users/${id}`,
        headers: json,
        body: { accountEnabled: false },
      },
      { id: "r3", method: "DELETE", url: `/users/${id}` },
      { id: "r4", method: "DELETE", url: `/groups/${id}/members/${id}/$ref` },
    ]);
  });

  it("adds an empty body and its header to a POST without a body", () => {
    const bare = { method: "POST", url: `/users/${id}/revokeSignInSessions` };
    const [part] = packed([bare as GraphRequest]);
    assert.deepEqual(part?.["body"], {});
    assert.deepEqual(part["headers"], { "Content-Type": "application/json" });
  });

  it("refuses more than 20 requests, and 0", () => {
    assert.throws(() => packBatch([]), RangeError);
    assert.throws(() => packBatch(requestsOf(21)), RangeError);
    assert.equal(packed(requestsOf(20)).length, 20);
  });
});

/** An answer to `count` requests as the network might bring it. */
const answers = fc.integer({ min: 1, max: 20 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    parts: fc.shuffledSubarray(
      Array.from({ length: count }, (_, index) => index),
      { minLength: 0, maxLength: count },
    ),
    upper: fc.boolean(),
    twice: fc.boolean(),
    strangers: fc.array(fc.constantFrom("r0", "r21", "R99", "", "__proto__", "constructor")),
  }),
);

describe("unpacking a $batch answer", () => {
  it("finds every part, in any order and case, and returns undefined for a missing one", () => {
    fc.assert(
      fc.property(answers, ({ count, parts, upper, twice, strangers }) => {
        const one = (index: number) => ({
          id: `${upper ? "R" : "r"}${index + 1}`,
          status: 200,
          body: { index },
        });
        const responses: object[] = [...parts, ...(twice ? parts : [])].map(one);
        for (const stranger of strangers) responses.push({ id: stranger, status: 200, body: {} });
        const found = unpackBatch({ responses }, { ...context, count });
        assert.equal(found?.length, count);
        for (let index = 0; index < count; index += 1) {
          const part: GraphAnswer | undefined = found[index];
          assert.equal(part !== undefined, parts.includes(index));
          if (!part) continue;
          assert.deepEqual(part.body, { index });
          assert.equal(part.requestId, `abc/r${index + 1}`);
        }
      }),
    );
  });

  it("returns undefined for a part that is malformed or has two different answers", () => {
    const responses = [
      { id: "r1", status: "200" },
      { id: "r2", status: 999 },
      { id: "r3", status: 204 },
      { id: "r3", status: 404, body: {} },
      { id: "r4" },
      { id: 5, status: 200 },
      null,
      "r6",
      { id: "r7", status: 204, body: null },
    ];
    const found = unpackBatch({ responses }, { ...context, count: 7 });
    assert.deepEqual(found?.slice(0, 6), Array(6).fill(undefined));
    assert.deepEqual(found[6], { status: 204, headers: {}, body: undefined, requestId: "abc/r7" });
  });

  it("reads header names in any case, and the part's own Retry-After and error", () => {
    const [part] =
      unpackBatch(
        {
          responses: [
            {
              id: "r1",
              status: 429,
              headers: { "Retry-After": 2, "X-MS-Resource-Unit": "1" },
              body: { error: { code: "TooManyRequests", message: "Please retry again later." } },
            },
          ],
        },
        { ...context, count: 1 },
      ) ?? [];
    assert.deepEqual(part?.headers, { "retry-after": "2", "x-ms-resource-unit": "1" });
    assert.equal(part.retryAfterMs, 2000);
    assert.equal(part.error?.code, "TooManyRequests");
  });

  it("returns undefined for what is not a $batch response", () => {
    for (const body of [undefined, null, "", "<html>", [], {}, { responses: {} }, { error: {} }]) {
      assert.equal(unpackBatch(body, { ...context, count: 1 }), undefined);
    }
  });
});
