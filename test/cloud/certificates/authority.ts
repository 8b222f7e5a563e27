import { issueCertificate } from "./certificate.ts";
import { createEcKeyPair, toPrivateKeyPem } from "./key-pair.ts";

/** The local certificate authority: the servers it certifies listen on loopback only. */
export interface Authority {
  /** The root that clients trust through NODE_EXTRA_CA_CERTS or REQUESTS_CA_BUNDLE. */
  readonly certificatePem: string;
  /** A server certificate for DNS names, wildcards and IP addresses. */
  issueServer(names: readonly string[]): Promise<{ certificatePem: string; privateKeyPem: string }>;
}

const dayMs = 86_400_000;
const serverAuth = "1.3.6.1.5.5.7.3.1";
const subject = "Local Cloud Test Authority";

/** Creates an authority for the lifetime of one local cloud; its key is never written to disk. */
export async function createAuthority(now: number): Promise<Authority> {
  const keys = await createEcKeyPair();
  const validity = { notBefore: new Date(now - dayMs), notAfter: new Date(now + 90 * dayMs) };
  const certificate = issueCertificate({
    subject,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    ...validity,
    isAuthority: true,
    keyUsage: [5, 6],
  });
  return {
    certificatePem: certificate.pem,
    async issueServer(names) {
      const serverKeys = await createEcKeyPair();
      const server = issueCertificate({
        subject: names[0] ?? "localhost",
        publicKey: serverKeys.publicKey,
        signingKey: keys.privateKey,
        issuer: { subject, publicKey: keys.publicKey },
        ...validity,
        keyUsage: [0],
        extendedKeyUsage: [serverAuth],
        alternativeNames: names,
      });
      return {
        certificatePem: server.pem + certificate.pem,
        privateKeyPem: toPrivateKeyPem(serverKeys.privateKey),
      };
    },
  };
}
