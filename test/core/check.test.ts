import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as v from "valibot";

import { check } from "../../shared/core/check.ts";
import { BATCH_LIMIT, chunk } from "../../shared/core/chunk.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { OperatorError } from "../../shared/core/errors.ts";
import { odataString, segment } from "../../shared/core/graph-request.ts";
import { isGuid, toObjectId } from "../../shared/core/object-id.ts";

describe("a value that breaks its schema", () => {
  const schema = v.strictObject({ version: v.literal(1), user: v.pipe(v.string(), v.uuid()) });
  const refusal = (value: unknown): OperatorError => {
    try {
      check(schema, value);
    } catch (error) {
      assert.ok(error instanceof OperatorError);
      return error;
    }
    throw new assert.AssertionError({ message: "it was let through" });
  };

  it("is refused by path and rule, and its values stay out of the message", () => {
    const error = refusal({ version: 2, user: "ann@contoso.com", extra: "secret-value" });
    assert.match(error.message, /\[MESSAGE_INVALID\].*version.*user.*extra.*Fix: /s);
    assert.doesNotMatch(error.message, /ann@contoso|secret-value/);
    assert.equal(error.disposition, "refuse");
  });

  it("says what is missing", () =>
    assert.match(refusal({ version: 1 }).message, /user \(missing\)/));
});

describe("chunking", () => {
  it("keeps every item, in order, in chunks no larger than the batch limit", () => {
    const items = Array.from({ length: 47 }, (_, at) => at);
    const chunks = chunk(items);
    assert.deepEqual(chunks.flat(), items);
    assert.deepEqual(
      chunks.map(({ length }) => length),
      [BATCH_LIMIT, BATCH_LIMIT, 7],
    );
  });
});

describe("input in a URL", () => {
  it("cannot leave its path segment", () => {
    assert.equal(segment("a/../b?c#d"), "a%2F..%2Fb%3Fc%23d");
    for (const bad of ["", ".", ".."]) assert.throws(() => segment(bad), TypeError);
  });

  it("cannot leave its string literal", () => {
    assert.equal(decodeURIComponent(odataString("o'brien' or true")), "'o''brien'' or true'");
  });

  it("is an object id only if it is a GUID", () => {
    assert.ok(isGuid("0B0E5C0E-1111-4222-A333-444455556666"));
    assert.equal(
      toObjectId("0B0E5C0E-1111-4222-A333-444455556666"),
      "0b0e5c0e-1111-4222-a333-444455556666",
    );
    assert.throws(() => toObjectId("me"), TypeError);
  });
});

describe("the system clock", () => {
  it("wakes early, without an error, when its signal aborts", async () => {
    const stop = new AbortController();
    const slept = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await slept;
    await systemClock.sleep(60_000, stop.signal);
  });
});
