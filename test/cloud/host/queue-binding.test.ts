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

  const lenient = [
    { what: "single quotes", body: "{'single':1}", gives: { single: "1" } },
    { what: "bare names and a comment", body: "{bare: 'x' /* y */}", gives: { bare: "x" } },
    { what: "trailing commas", body: '{"a":[1,],"b":2,}', gives: { b: "2" } },
    {
      what: "all digits",
      body: '{"n":12345678901234567890}',
      gives: { n: "12345678901234567890" },
    },
    {
      what: "doubles as .NET writes them",
      body: '{"n":1e20,"m":0.5}',
      gives: { n: "1E+20", m: "0.5" },
    },
    {
      what: "dates as .NET writes them, not as they were sent",
      body: '{"at":"2020-01-31T09:05:00Z","to":"2020-01-31T09:05:00.250+02:00"}',
      gives: { at: "01/31/2020 09:05:00", to: "01/31/2020 07:05:00" },
    },
    { what: "texts that are no dates", body: '{"at":"2020-01-31"}', gives: { at: "2020-01-31" } },
  ];
  for (const { what, body, gives } of lenient)
    it(`has metadata of a body with ${what}`, () => {
      const strings = Object.entries(gives).map(([name, string]) => [name, { string }]);
      assert.deepEqual(queueTrigger("trigger", message(body)).triggerMetadata, {
        ...ours,
        QueueTrigger: { string: body },
        ...Object.fromEntries(strings),
      });
    });

  it("has metadata with dates of an object in its body", () => {
    const { triggerMetadata } = queueTrigger(
      "trigger",
      message('{"o":{"at":"2020-01-31T09:05:00.500Z","n":1.0,"t":[null,true]}}'),
    );
    const json = '{"at":"2020-01-31T09:05:00.5Z","n":1,"t":[null,true]}';
    assert.deepEqual(triggerMetadata["o"], { json });
  });

  for (const text of [
    "[1,2]",
    "{broken}",
    "{'open: 1}",
    `${'{"a":'.repeat(65)}1${"}".repeat(65)}`,
    '"id"',
    "7",
  ])
    it(`keeps its metadata if its body is not a JSON object: ${text}`, () => {
      const { triggerMetadata } = queueTrigger("trigger", message(text));
      assert.deepEqual(triggerMetadata, { ...ours, QueueTrigger: { string: text } });
    });

  it("is decoded if host.json says base64, and is poison if it cannot be decoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const encoded = Buffer.from(text, "utf8").toString("base64");
        assert.deepEqual(decodeMessage(encoded, "base64"), { as: "text", text });
        assert.deepEqual(decodeMessage(encoded, "none"), { as: "text", text: encoded });
      }),
    );
    for (const text of ['{"a":1}', "YWI", "Y==="])
      assert.deepEqual(decodeMessage(text, "base64"), { as: "nothing" }, text);
  });

  it("may have bits to spare before its padding, and white space", () => {
    for (const text of ["YWI=", "YWJ=", " YW\r\nI= "])
      assert.deepEqual(decodeMessage(text, "base64"), { as: "text", text: "ab" }, text);
  });

  it("whose bytes are no UTF-8 is told from text that is not base64", () => {
    assert.deepEqual(decodeMessage("gIE=", "base64"), { as: "bytes" });
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
    { what: "a fraction", data: { double: 0.5 }, goes: ["0.5"] },
    { what: "a boolean", data: { json: "false" }, goes: ["False"] },
    { what: "an empty list", data: { json: "[]" }, goes: [] },
    { what: "a list in a list", data: { json: "[[1]]" }, goes: ["[\n  1\n]"] },
    { what: "a text with line breaks", data: { string: "a\r\nb" }, goes: ["a\r\nb"] },
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
