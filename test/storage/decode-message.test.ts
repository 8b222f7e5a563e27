import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OperatorError } from "../../shared/core/errors.ts";
import { decodeMessage, plainText } from "../../shared/storage/decode-message.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

const refusal = (raw: unknown): OperatorError => {
  try {
    decodeMessage(raw);
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    return error;
  }
  throw new Error("it was not refused");
};

describe("a queue message is refused in words", () => {
  for (const levels of [65, 2_500, 6_000]) {
    const text = nested(levels);
    const forms = { text, base64: base64(text), "a parsed object": JSON.parse(text) as unknown };
    for (const [form, raw] of Object.entries(forms)) {
      it(`if it nests ${levels} levels deep and comes as ${form}`, () => {
        const { code, what, disposition } = refusal(raw);
        assert.equal(code, "MESSAGE_UNREADABLE");
        assert.equal(disposition, "refuse");
        assert.equal(what, "The message nests objects or arrays more than 64 levels deep.");
        assert.equal(typeof plainText(raw), "string");
      });
    }
  }

  it("if it has a property twice, because one of the two would be lost", () => {
    const text = '{"version":1,"mode":"plan","mode":"apply"}';
    for (const raw of [text, base64(text)]) {
      assert.match(refusal(raw).what, /has the property mode twice/);
      assert.match(refusal(raw).fix, /^Keep one/);
    }
  });
});
