import { issueCertificate } from "../cloud/certificates/certificate.ts";
import { createEcKeyPair, createRsaKeyPair } from "../cloud/certificates/key-pair.ts";

/** How long a certificate holds, and what its key is for. */
export interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyUsage: readonly number[];
}

/** A certificate with an RSA key, and the authority that issued it. */
export async function issueChain(period: Period) {
  const ca = await createEcKeyPair();
  const authority = { subject: "authority", publicKey: ca.publicKey };
  const root = issueCertificate({
    ...period,
    ...authority,
    signingKey: ca.privateKey,
    isAuthority: true,
    keyUsage: [5],
  });
  const keys = await createRsaKeyPair();
  const leaf = issueCertificate({
    ...period,
    subject: "leaf",
    publicKey: keys.publicKey,
    signingKey: ca.privateKey,
    issuer: authority,
  });
  return { root, leaf, keys };
}
