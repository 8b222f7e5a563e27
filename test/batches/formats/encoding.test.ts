import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { decodeText, UnreadableText } from "../../../shared/batches/formats/encoding.ts";
import { cut } from "./cut.ts";

const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a byte order mark": (text) => Buffer.from(`\uFEFF${text}`),
  "UTF-16 little endian": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "UTF-16 big endian": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
};

async function read(bytes: Buffer, cuts: readonly number[] = []) {
  let text = "";
  try {
    for await (const piece of decodeText(cut(bytes, cuts))) text += piece;
  } catch (error) {
    assert.ok(error instanceof UnreadableText);
    return { text, error };
  }
  return { text };
}

/** Text as files hold it: whole characters, none of them zero or a byte order mark at the start. */
const texts = fc
  .string({ unit: "binary" })
  .map((text) => text.replaceAll("\u0000", "").replace(/^\uFEFF+/, ""))
  .filter((text) => !text.startsWith("PK") && !text.startsWith("%PDF"));

describe("text is read as it was written, wherever the bytes are split", () => {
  for (const [name, encode] of Object.entries(encodings)) {
    it(name, () =>
      fc.assert(
        fc.asyncProperty(texts, fc.array(fc.nat(200)), async (text, cuts) => {
          assert.deepEqual(await read(encode(text), cuts), { text });
        }),
      ),
    );
  }
});

describe("text before an unreadable byte is read, and then the fault is reported", () => {
  const before = "user\nann@contoso.com\nzoë";
  const broken: readonly { when: string; bytes: Buffer; says: RegExp; text?: string }[] = [
    {
      when: "UTF-8 contains a Windows-1252 letter",
      bytes: Buffer.concat([Buffer.from(before), Buffer.from([0xe9, 0x2c, 0x41])]),
      says: /not UTF-8/,
    },
    {
      when: "the last character is cut off",
      bytes: Buffer.concat([Buffer.from(before), Buffer.from([0xe2, 0x82])]),
      says: /not UTF-8/,
    },
    {
      when: "UTF-16 contains half a surrogate pair",
      bytes: Buffer.from(`\uFEFF${before}\ud83dX`, "utf16le"),
      says: /not UTF-16/,
    },
    {
      when: "UTF-16 ends in the middle of a character",
      bytes: Buffer.concat([Buffer.from(`\uFEFF${before}`, "utf16le"), Buffer.from([0x41])]),
      says: /not UTF-16/,
    },
    {
      when: "UTF-16 has no byte order mark",
      bytes: Buffer.from(before, "utf16le"),
      says: /UTF-16 without a byte order mark/,
      text: "u",
    },
    {
      when: "the file is a workbook",
      bytes: Buffer.from("504b030414000600", "hex"),
      says: /workbook or zip archive/,
      text: "",
    },
    { when: "the file is gzip", bytes: Buffer.from("1f8b0800", "hex"), says: /gzip/, text: "" },
  ];
  for (const { when, bytes, says, text } of broken) {
    it(`when ${when}`, async () => {
      for (const cuts of [[], [1, 2, 3, 5, 8, 13, 21, 22, 23, 24, 25, 26]]) {
        const found = await read(bytes, cuts);
        assert.match(found.error?.message ?? "", says);
        assert.match(found.error?.fix ?? "", /UTF-8/);
        assert.equal(found.text, text ?? before);
      }
    });
  }
});
