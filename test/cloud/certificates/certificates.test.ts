import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { connect, createSecureContext, createServer, type TLSSocket } from "node:tls";

import fc from "fast-check";

import { createAuthority } from "./authority.ts";
import { createClientCertificate } from "./client-certificate.ts";
import { integer, namedBits, objectIdentifier, time } from "./der.ts";
import { createRsaKeyPair } from "./key-pair.ts";
import { createPkcs12 } from "./pkcs12.ts";

const dayMs = 86_400_000;
const life = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };

/** One TLS handshake as a client that trusts only `ca`; resolves to the error's code, if any. */
async function handshake(
  server: { certificatePem: string; privateKeyPem: string },
  ca: string,
  servername: string,
): Promise<string | undefined> {
  const listening = createServer({ cert: server.certificatePem, key: server.privateKeyPem });
  await new Promise<void>((resolve) => {
    listening.listen(0, "127.0.0.1", resolve);
  });
  const { port } = listening.address() as { port: number };
  try {
    return await new Promise((resolve) => {
      const socket: TLSSocket = connect({ port, host: "127.0.0.1", servername, ca }, () => {
        socket.end();
        resolve(undefined);
      });
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
  } finally {
    listening.close();
  }
}

describe("the local authority", () => {
  it("issues server certificates that clients accept for their names only", async () => {
    const authority = await createAuthority(Date.now());
    const server = await authority.issueServer(["graph.microsoft.com", "*.vault.azure.net"]);
    const { certificatePem: ca } = authority;
    assert.equal(await handshake(server, ca, "graph.microsoft.com"), undefined);
    assert.equal(await handshake(server, ca, "any.vault.azure.net"), undefined);
    assert.equal(
      await handshake(server, ca, "login.microsoftonline.com"),
      "ERR_TLS_CERT_ALTNAME_INVALID",
    );
  });

  it("is not trusted unless a client is configured to", async () => {
    const [one, other] = await Promise.all([
      createAuthority(Date.now()),
      createAuthority(Date.now()),
    ]);
    const server = await one.issueServer(["localhost"]);
    assert.notEqual(await handshake(server, other.certificatePem, "localhost"), undefined);
  });
});

describe("a client certificate", () => {
  it("is self-signed and belongs to its key", async () => {
    const made = await createClientCertificate({ subject: "daemon", ...life });
    const parsed = new X509Certificate(made.certificate.pem);
    assert.equal(parsed.subject, "CN=daemon");
    assert.ok(parsed.checkPrivateKey(made.keys.privateKey));
    assert.ok(parsed.verify(made.keys.publicKey));
    assert.equal(parsed.fingerprint.replaceAll(":", ""), made.certificate.thumbprint);
    assert.equal(parsed.fingerprint256.replaceAll(":", ""), made.certificate.thumbprintSha256);
    assert.equal(Date.parse(parsed.validTo), Math.floor(life.notAfter.getTime() / 1000) * 1000);
  });

  it("can keep the key of an earlier one", async () => {
    const keys = await createRsaKeyPair();
    const made = await createClientCertificate({ subject: "daemon", ...life, keys });
    assert.ok(new X509Certificate(made.certificate.der).checkPrivateKey(keys.privateKey));
  });

  for (const encryption of ["aes-256", "3des"] as const)
    for (const password of ["", "Ünlock me"])
      it(`opens as a PKCS#12 file in ${encryption} with ${password ? "a" : "no"} password`, async () => {
        const { keys, certificate } = await createClientCertificate({ subject: "x", ...life });
        const certificates = [certificate];
        const { privateKey } = keys;
        const pfx = createPkcs12({ privateKey, certificates, password, encryption });
        assert.ok(createSecureContext({ pfx, passphrase: password }));
        assert.throws(() => createSecureContext({ pfx, passphrase: "wrong" }), /mac verify/);
      });
});

describe("the DER writer", () => {
  it("writes the examples of X.690", () => {
    assert.equal(objectIdentifier("2.999.3").toString("hex"), "0603883703");
    assert.equal(
      objectIdentifier("1.2.840.113549.1.1.11").toString("hex"),
      "06092a864886f70d01010b",
    );
    assert.equal(integer(128).toString("hex"), "02020080");
    assert.equal(integer(0).toString("hex"), "020100");
    assert.equal(namedBits(5, 6).toString("hex"), "03020106");
    assert.equal(time(new Date("2049-12-31T23:59:59Z"))[0], 0x17);
    assert.equal(time(new Date("2050-01-01T00:00:00Z"))[0], 0x18);
  });

  it("writes any number so that it parses to the same value", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const content = integer(value).subarray(2);
        assert.ok((content[0] ?? 0) < 0x80, "positive");
        assert.equal(Number(BigInt(`0x${content.toString("hex")}`)), value);
      }),
    );
  });
});
