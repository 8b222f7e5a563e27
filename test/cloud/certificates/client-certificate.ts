import { issueCertificate, type AlternativeName, type Certificate } from "./certificate.ts";
import type { DistinguishedName } from "./distinguished-name.ts";
import { createRsaKeyPair, toPrivateKeyPem, type KeyPair } from "./key-pair.ts";

/** A certificate and private key that an application signs in with. */
export interface ClientCertificate {
  readonly certificate: Certificate;
  readonly keys: KeyPair;
  readonly privateKeyPem: string;
}

export interface ClientCertificateOptions {
  readonly subject: string;
  /** The whole name, if it has more than a common name. */
  readonly name?: DistinguishedName;
  /** RSA modulus; Entra refuses less than 2048. */
  readonly bits?: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyUsage?: readonly number[];
  readonly extendedKeyUsage?: readonly string[];
  readonly alternativeNames?: readonly AlternativeName[];
  /** An existing key pair, for a renewal that keeps its key. */
  readonly keys?: KeyPair;
  /** Who signs it; without one it is self-signed. */
  readonly issuer?: { readonly subject: string; readonly keys: KeyPair };
}

const clientAuth = "1.3.6.1.5.5.7.3.2";

/** Creates a certificate for client authentication, with an RSA key unless one is given. */
export async function createClientCertificate(
  options: ClientCertificateOptions,
): Promise<ClientCertificate> {
  const keys = options.keys ?? (await createRsaKeyPair(options.bits));
  const certificate = issueCertificate({
    subject: options.subject,
    ...(options.name && { name: options.name }),
    publicKey: keys.publicKey,
    signingKey: options.issuer?.keys.privateKey ?? keys.privateKey,
    ...(options.issuer && {
      issuer: { subject: options.issuer.subject, publicKey: options.issuer.keys.publicKey },
    }),
    notBefore: options.notBefore,
    notAfter: options.notAfter,
    keyUsage: options.keyUsage ?? [0],
    extendedKeyUsage: options.extendedKeyUsage ?? [clientAuth],
    ...(options.alternativeNames && { alternativeNames: options.alternativeNames }),
  });
  return { certificate, keys, privateKeyPem: toPrivateKeyPem(keys.privateKey) };
}
