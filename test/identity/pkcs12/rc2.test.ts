import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decryptRc2 } from "../../../shared/identity/pkcs12/rc2.ts";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

/**
 * Decrypts one block of RFC 2268 through CBC: the IV is chosen so that a right block comes out as
 * seven known octets and one of padding.
 */
function decryptsBlock(key: string, bits: number, plain: string, cipher: string): void {
  const wanted = hex("1122334455667701");
  const iv = Buffer.from(hex(plain).map((octet, i) => octet ^ (wanted[i] ?? 0)));
  const found = decryptRc2(hex(cipher), hex(key), iv, bits);
  assert.equal(found.toString("hex"), "11223344556677");
}

describe("RC2 decrypts the test vectors of RFC 2268, section 5", () => {
  const long = "88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e";
  const vectors = [
    ["0000000000000000", 63, "0000000000000000", "ebb773f993278eff"],
    ["ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"],
    ["3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"],
    ["88", 64, "0000000000000000", "61a8a244adacccf0"],
    ["88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"],
    ["88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"],
    ["88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"],
    [long, 129, "0000000000000000", "5b78d3a43dfff1f1"],
  ] as const;
  for (const [key, bits, plain, cipher] of vectors) {
    it(`${bits} bits, key ${key.slice(0, 14)}…`, () => decryptsBlock(key, bits, plain, cipher));
  }

  it("and refuses partial blocks and wrong padding", () => {
    const [key, iv] = [hex("88"), hex("0000000000000000")];
    assert.throws(() => decryptRc2(hex("00"), key, iv, 64), RangeError);
    assert.throws(() => decryptRc2(Buffer.alloc(0), key, iv, 64), RangeError);
    assert.throws(() => decryptRc2(hex("61a8a244adacccf0"), key, iv, 64), RangeError);
  });
});
