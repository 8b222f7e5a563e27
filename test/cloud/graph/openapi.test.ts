import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Exchange } from "./app/options.ts";
import { createContract } from "./openapi/contract.ts";
import { CONTRACT_LEFT_OUT, openApiContract } from "./openapi/openapi-data.ts";
import { SchemaChecker, type Schema } from "./openapi/schema.ts";
import { TENANT } from "./testing/graph-fixture.ts";

describe("the schema check finds", () => {
  const checker = new SchemaChecker({ Name: { type: "string", minLength: 2 } });
  const cases: readonly (readonly [string, Schema, unknown, unknown])[] = [
    ["a wrong type", { type: ["string", "null"] }, null, 1],
    ["a missing property", { required: ["a"] }, { a: 1 }, {}],
    [
      "an unknown property",
      { properties: { a: {} }, additionalProperties: false },
      { a: 1 },
      { b: 1 },
    ],
    [
      "a property that matches no pattern",
      { patternProperties: { "^@": {} }, additionalProperties: false },
      { "@a": 1 },
      { a: 1 },
    ],
    [
      "a value of another property's schema",
      { additionalProperties: { type: "string" } },
      { a: "x" },
      { a: 1 },
    ],
    ["a value outside an enum", { enum: ["a"] }, "a", "b"],
    ["another constant", { const: "a" }, "a", "b"],
    ["a value that a reference forbids", { $ref: "#/components/schemas/Name" }, "ab", "a"],
    ["a list that is too long", { maxItems: 1 }, [1], [1, 2]],
    ["a list that is too short", { minItems: 1 }, [1], []],
    ["a wrong entry", { items: { type: "integer" } }, [1], [1.5]],
    ["a text that does not match", { pattern: "^a$" }, "a", "b"],
    ["a malformed date-time", { format: "date-time" }, "2026-01-01T00:00:00Z", "2026-01-01"],
    ["a malformed URI", { format: "uri" }, "https://a.org", "a"],
    ["a number out of bounds", { minimum: 1, maximum: 2 }, 2, 3],
    [
      "a value that none of anyOf allows",
      { anyOf: [{ type: "string" }, { type: "null" }] },
      null,
      1,
    ],
    [
      "a value that one of allOf forbids",
      { allOf: [{ type: "string" }, { minLength: 2 }] },
      "ab",
      "a",
    ],
    ["a value that `not` forbids", { not: { pattern: "^http" } }, "/users", "https://a.org"],
    [
      "a value that `if` and `then` forbid",
      // Parsed, because an object literal with `then` looks like a promise.
      JSON.parse('{"if":{"required":["body"]},"then":{"required":["headers"]}}') as Schema,
      { id: 1 },
      { body: 1 },
    ],
  ];
  for (const [what, schema, good, bad] of cases) {
    it(what, () => {
      assert.deepEqual(checker.check(schema, good), []);
      assert.equal(checker.check(schema, bad).length > 0, true);
    });
  }
});

const exchange = (changes: Partial<Exchange>): Exchange => ({
  tenant: TENANT,
  method: "GET",
  url: "/v1.0/things/1",
  requestHeaders: {},
  requestBody: undefined,
  status: 200,
  headers: {},
  body: { id: "1" },
  faulty: false,
  ...changes,
});

const json = (schema: Schema) => ({ content: { "application/json": { schema } } });

describe("the contract", () => {
  const thing: Schema = {
    type: "object",
    properties: { id: { type: "string" } },
    additionalProperties: false,
  };
  const contract = createContract({
    paths: {
      "/things/{thing-id}": {
        get: {
          operationId: "get",
          parameters: [{ name: "$select", in: "query", schema: { type: "string" } }],
          responses: { "200": json(thing), default: json({ required: ["error"] }) },
        },
        patch: {
          operationId: "patch",
          requestBody: { required: true, ...json(thing) },
          responses: { "204": {} },
        },
      },
      "/things/special": {
        get: { operationId: "special", responses: { "200": json({ type: "string" }) } },
      },
      "/$batch": { post: { operationId: "batch", responses: { "200": json({ type: "object" }) } } },
    },
    components: { schemas: { ODataError: { required: ["error"] } } },
  });

  const answers = [
    { when: "a body of another shape", given: { body: { id: 1 } }, says: "$.id" },
    { when: "a status that is not described", given: { status: 202 }, says: "answers 202" },
    {
      when: "an error answer without `error`",
      given: { status: 404, body: {} },
      says: "lacks error",
    },
    { when: "a 204 with a body", given: { method: "PATCH", status: 204 }, says: "a body with 204" },
    {
      when: "a literal path mistaken for a parameter",
      given: { url: "/v1.0/things/special" },
      says: "not string",
    },
  ] as const;
  for (const { when, given, says } of answers) {
    it(`refuses an answer › ${when}`, () => {
      const found = contract.answer(exchange(given)).join();
      assert.ok(found.includes(says.replace("$", "body")) || found.includes(says), found);
    });
  }

  const requests = [
    { when: "an unknown path", given: { url: "/v1.0/nothing" }, says: "not in the description" },
    {
      when: "an unknown query option",
      given: { url: "/v1.0/things/1?$top=1" },
      says: "$top is not described",
    },
    { when: "a missing body", given: { method: "PATCH" }, says: "lacks its body" },
    {
      when: "an unknown property",
      given: { method: "PATCH", requestBody: { color: 1 } },
      says: "color",
    },
    {
      when: "a body for an operation without one",
      given: { requestBody: { id: "1" } },
      says: "takes no body",
    },
  ] as const;
  for (const { when, given, says } of requests) {
    it(`refuses a request › ${when}`, () => {
      assert.ok(contract.request(exchange(given)).join().includes(says));
    });
  }

  it("accepts exchanges as described, and checks every part of a batch", () => {
    assert.deepEqual(contract.answer(exchange({})), []);
    assert.deepEqual(contract.request(exchange({ url: "/v1.0/things/1?$select=id" })), []);
    const batch = exchange({
      method: "POST",
      url: "/v1.0/$batch",
      requestBody: { requests: [{ id: "1", method: "GET", url: "/things/1" }] },
      body: { responses: [{ id: "1", status: 200, body: { id: 7 } }] },
    });
    assert.equal(contract.answer(batch).length, 1);
    assert.deepEqual(contract.answer({ ...batch, faulty: true }), []);
  });

  it("reads the data beside the repository, if present", (t) => {
    const real = openApiContract();
    if (!real) return t.diagnostic(CONTRACT_LEFT_OUT);
    const made = exchange({
      method: "DELETE",
      url: `/v1.0/users/${TENANT}`,
      status: 204,
      body: undefined,
    });
    assert.deepEqual([...real.request(made), ...real.answer(made)], []);
    const member = `/v1.0/groups/${TENANT}/members/${TENANT}`;
    assert.equal(real.request({ ...made, url: member }).length, 1);
    assert.equal(real.request({ ...made, url: `${member}/$ref` }).length, 0);
  });
});
