import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { createPollingDelay } from "./polling-delay.ts";
import type { BindingInfo } from "./protocol.ts";
import { queueOutputs } from "./queue-output.ts";
import { decodeMessage, queueTrigger } from "./queue-trigger.ts";

const message = (text: string) => ({
  id: "0b0e5c0e-1111-4222-a333-444455556666",
  text,
  dequeueCount: 2,
  popReceipt: "receipt",
  insertedOnMs: Date.parse("2026-11-20T10:00:00Z"),
  expiresOnMs: Date.parse("2026-11-27T10:00:00.120Z"),
  nextVisibleOnMs: Date.parse("2026-11-20T10:10:00Z"),
});

const ours = {
  QueueTrigger: { string: "hello" },
  DequeueCount: { json: "2" },
  ExpirationTime: { json: '"2026-11-27T10:00:00.12+00:00"' },
  Id: { string: "0b0e5c0e-1111-4222-a333-444455556666" },
  InsertionTime: { json: '"2026-11-20T10:00:00+00:00"' },
  NextVisibleTime: { json: '"2026-11-20T10:10:00+00:00"' },
  PopReceipt: { string: "receipt" },
};

describe("a message for a function", () => {
  it("is passed as text, with its metadata", () => {
    assert.deepEqual(queueTrigger("trigger", message("hello")), {
      inputData: [{ name: "trigger", data: { string: "hello" } }],
      triggerMetadata: ours,
    });
  });

  it("has metadata overwritten by properties of its body, ignoring case", () => {
    const body = '{"id":7,"DEQUEUECOUNT":"99","flag":true,"none":null,"list":[1],"deep":{"a":1}}';
    const { triggerMetadata } = queueTrigger("trigger", message(body));
    assert.deepEqual(triggerMetadata, {
      ...ours,
      QueueTrigger: { string: body },
      Id: { string: "7" },
      DequeueCount: { string: "99" },
      flag: { string: "True" },
      deep: { json: '{"a":1}' },
    });
  });

  for (const text of ["[1,2]", "{broken}", '"id"', "7"])
    it(`keeps its metadata if its body is not a JSON object: ${text}`, () => {
      const { triggerMetadata } = queueTrigger("trigger", message(text));
      assert.deepEqual(triggerMetadata, { ...ours, QueueTrigger: { string: text } });
    });

  it("is decoded if host.json says base64, and is poison if it cannot be decoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const encoded = Buffer.from(text, "utf8").toString("base64");
        assert.equal(decodeMessage(encoded, "base64"), text);
        assert.equal(decodeMessage(encoded, "none"), encoded);
      }),
    );
    assert.equal(decodeMessage('{"a":1}', "base64"), undefined);
  });
});

const out = (name: string): BindingInfo => ({ name, type: "queue", direction: "out" });
const given = (name: string, data: object) => ({
  invocationId: "1",
  outputData: [{ name, data }],
});

describe("what a function returns goes to its queue outputs", () => {
  const cases = [
    { what: "a text", data: { string: "plain" }, goes: ["plain"] },
    {
      what: "an object, indented",
      data: { json: '{"a":[1]}' },
      goes: ['{\n  "a": [\n    1\n  ]\n}'],
    },
    {
      what: "an array, one message per element",
      data: { json: '["x",{"a":1},2,true]' },
      goes: ["x", '{\n  "a": 1\n}', "2", "True"],
    },
    { what: "a text that is a JSON array", data: { string: ' ["x","y"]' }, goes: ["x", "y"] },
    { what: "bytes", data: { bytes: Buffer.from("é") }, goes: ["é"] },
    { what: "a number", data: { int: 7 }, goes: ["7"] },
  ];
  for (const { what, data, goes } of cases)
    it(what, () => assert.deepEqual(queueOutputs([out("o")], given("o", data)).get("o"), goes));

  it("the return value, for a return binding", () => {
    const response = { invocationId: "1", returnValue: { string: "back" } };
    assert.deepEqual(queueOutputs([out("$return")], response), new Map([["$return", ["back"]]]));
  });

  it("a returned property with the output's name, intended or not", () => {
    const response = { invocationId: "1", returnValue: { json: '{"o":"taken","other":1}' } };
    assert.deepEqual(queueOutputs([out("o")], response), new Map([["o", ["taken"]]]));
  });

  it("nothing for null, and an error for text that only looks like JSON", () => {
    assert.equal(queueOutputs([out("o")], { invocationId: "1", returnValue: null }).size, 0);
    assert.throws(() => queueOutputs([out("o")], given("o", { string: "{x}" })), SyntaxError);
  });
});

describe("a listener that finds no messages", () => {
  it("waits 100 ms, then about twice as long each time, never above the maximum", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (noise) => {
        const delayMs = createPollingDelay(2_000, () => noise);
        const waits = [true, ...Array.from({ length: 12 }, () => false)].map(delayMs);
        assert.equal(waits[0], 100);
        assert.ok(waits.every((wait, at) => at === 0 || wait >= (waits[at - 1] ?? 0)));
        assert.equal(waits.at(-1), 2_000);
        assert.equal(delayMs(true), 100, "found messages reset the delay");
      }),
    );
  });
});
