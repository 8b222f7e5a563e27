import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { asName, letters, transliterate } from "../../../shared/batches/mapping/transliterate.ts";

describe("a name in ASCII", () => {
  const names: readonly (readonly [string, string])[] = [
    ["Jürgen Groß", "Juergen Gross"],
    ["Ærøskøbing", "Aeroskobing"],
    ["Åsa", "Asa"],
    ["A\u030Asa", "Asa"],
    ["Łukasz Żółć", "Lukasz Zolc"],
    ["Ðorđe Þór", "Dorde Thor"],
    ["Éloïse Œuvre", "Eloise Oeuvre"],
    ["Щербаков", "Shcherbakov"],
    ["Юлия", "Iuliia"],
    ["Θεόδωρος", "Theodoros"],
    ["Nguyễn Thị", "Nguyen Thi"],
    ["İstanbul ığüş", "Istanbul igues"],
    ["ﬁne Ⅳ", "fine IV"],
    ["ǿ", "o"],
    ["日本", ""],
  ];
  for (const [name, wanted] of names) {
    it(`is ${wanted || "nothing"} of ${name}`, () => assert.equal(transliterate(name), wanted));
  }

  it("may write a letter as a mapping says", () => {
    assert.equal(transliterate("Älvsjö", { ä: "a", ö: "o" }), "Alvsjo");
    assert.equal(asName("Ärla Straße", { ß: "sz" }), "aerlastrasze");
  });

  it("has ASCII characters only, whatever it is made of, and is the same if it is made twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const ascii = transliterate(text);
        // oxlint-disable-next-line no-control-regex -- every ASCII character
        assert.match(ascii, /^[\u0000-\u007f]*$/);
        assert.equal(transliterate(ascii), ascii);
        assert.match(asName(text), /^([a-z0-9_]+([.-][a-z0-9_]+)*)?$/);
        assert.equal(asName(asName(text)), asName(text));
      }),
    );
  });

  it("has in its table small letters in one character, and ASCII for each", () => {
    for (const [letter, written] of Object.entries(letters)) {
      assert.equal(letter.normalize("NFC").length, 1, letter);
      assert.match(written, /^[a-z]*$/);
    }
  });
});
