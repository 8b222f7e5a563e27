import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe, it } from "node:test";

import fc from "fast-check";

import { OperatorError } from "../../../shared/core/errors.ts";
import { derivePkcs12 } from "../../../shared/identity/pkcs12/pbe.ts";
import { readPfx } from "../../../shared/identity/pkcs12/pfx.ts";

const fixture = (name: string): Buffer =>
  Buffer.from(
    readFileSync(new URL(`../fixtures/${name}.pfx.txt`, import.meta.url), "utf8"),
    "base64",
  );
const leaf = new X509Certificate(
  readFileSync(new URL("../fixtures/leaf.pem.txt", import.meta.url)),
);

function holdsTheKey(bytes: Buffer): void {
  const { keys, certificates } = readPfx(bytes);
  assert.equal(keys.length, 1);
  assert.ok(keys[0] && leaf.checkPrivateKey(keys[0]));
  assert.ok(certificates.some(({ fingerprint256 }) => fingerprint256 === leaf.fingerprint256));
}

describe("a PFX is read", () => {
  for (const name of ["aes-256", "3des", "rc2-40", "rc2-128", "plain"]) {
    it(`encrypted with ${name}, its chain included`, () => {
      holdsTheKey(fixture(name));
      assert.equal(readPfx(fixture(name)).certificates.length, 3);
    });
  }

  it("if the empty password is written as an empty string", () => {
    // The check made anew, by another implementation, for a password of no octets instead of two.
    const bytes = fixture("plain");
    const check = "f2d24f924b001342c21c119c2c191f19581c653b6a1f0494b3cbb19e1c22e560";
    bytes.write(check, bytes.length - 46, "hex");
    holdsTheKey(bytes);
  });
});

describe("a PFX is refused with a reason", () => {
  const table = [
    { when: "it has a password", bytes: fixture("password"), says: /has a password/ },
    { when: "it has no integrity check", bytes: fixture("nomac"), says: /no integrity check/ },
    { when: "it was changed", bytes: changed(fixture("plain"), 900), says: /was changed/ },
    { when: "it is empty", bytes: Buffer.alloc(0), says: /missing/ },
    { when: "it is cut off", bytes: fixture("aes-256").subarray(0, 500), says: /past the end/ },
    { when: "it is text", bytes: Buffer.from("-----BEGIN"), says: /cannot be read/ },
    {
      when: "it would keep the processor busy for hours",
      bytes: withIterations(fixture("aes-256")),
      says: /iteration count out of range/,
    },
    {
      when: "its lengths are indefinite",
      bytes: Buffer.from("3080020103", "hex"),
      says: /indefinite length/,
    },
  ];
  for (const { when, bytes, says } of table) {
    it(`when ${when}`, () => {
      assert.throws(() => readPfx(bytes), {
        code: "CERTIFICATE_UNUSABLE",
        message: says,
        disposition: "stop",
      });
    });
  }

  it("and always with an OperatorError, whichever bytes are changed", () => {
    const files = ["aes-256", "plain"].map(fixture);
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(), { freq: 1 }),
        (file, changes, cut) => {
          const bytes = Buffer.from(file);
          for (const { at, to } of changes) bytes[at % bytes.length] = to;
          // Half of them get a valid check again, so that the reader gets beyond it.
          if (cut === null) remakeCheck(bytes);
          try {
            readPfx(cut === null ? bytes : bytes.subarray(0, cut % bytes.length));
          } catch (error) {
            assert.ok(error instanceof OperatorError, String(error));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** What the machine's own OpenSSL can make, if there is one. The fixtures above need none. */
const tool = process.env["OPENSSL"] ?? "openssl";
const openssl = spawnSync(tool, ["version"]).status === 0;
describe("a PFX is read as openssl on this machine makes it", () => {
  const folder = mkdtempSync(join(tmpdir(), "pfx-"));
  after(() => rmSync(folder, { recursive: true }));
  const pfxFile = join(folder, "made.pfx");
  const variants = [
    "-certpbe AES-128-CBC -keypbe AES-128-CBC",
    "-certpbe AES-192-CBC -keypbe AES-256-CBC -macalg sha512",
    "-certpbe AES-256-CBC -keypbe PBE-SHA1-3DES -macalg sha384",
    "-certpbe DES-EDE3-CBC -keypbe DES-EDE3-CBC -macalg sha224",
    "-certpbe NONE -keypbe AES-256-CBC -iter 1",
    "-certpbe PBE-SHA1-2DES -keypbe PBE-SHA1-2DES -macalg sha1",
    "-iter 200000",
  ];
  const source = join(folder, "source.pem");
  if (openssl) {
    const file = join(folder, "plain.pfx");
    writeFileSync(file, fixture("plain"));
    spawnSync(tool, `pkcs12 -in ${file} -nodes -passin pass: -out ${source}`.split(" "));
  }
  for (const variant of openssl ? variants : []) {
    it(variant, () => {
      const words = `pkcs12 -export -in ${source} -out ${pfxFile} -passout pass: ${variant}`;
      const made = spawnSync(tool, words.split(" "), { encoding: "utf8" });
      assert.equal(made.status, 0, made.stderr);
      holdsTheKey(readFileSync(pfxFile));
    });
  }
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/** The iteration count of openssl's default, 2048, as 2³¹ − 1: the count of the check comes last. */
function withIterations(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf(Buffer.from("02020800", "hex"));
  const outer = Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from("02047fffffff", "hex"),
    bytes.subarray(at + 4),
  ]);
  // Two bytes more, in the lengths of the file and of MacData.
  outer.writeUInt16BE(outer.readUInt16BE(2) + 2, 2);
  const mac = outer.lastIndexOf(Buffer.from("3041", "hex"));
  outer.writeUInt8(0x43, mac + 1);
  return outer;
}

/** Makes the check of one of openssl's files anew; they end in check, salt and count. */
function remakeCheck(bytes: Buffer): void {
  const safe = bytes.subarray(30, 30 + bytes.readUInt16BE(28));
  const salt = bytes.subarray(bytes.length - 12, bytes.length - 4);
  const key = derivePkcs12("sha256", Buffer.from([0, 0]), salt, 2048, 3, 32);
  createHmac("sha256", key)
    .update(safe)
    .digest()
    .copy(bytes, bytes.length - 46);
}
