import { issueCertificate, type Certificate } from "../certificates/certificate.ts";
import { createEcKeyPair, type KeyPair } from "../certificates/key-pair.ts";
import type { Pkcs12Encryption } from "../certificates/pkcs12.ts";
import type { CertificateVersionEntry, PendingOperation, Vault } from "./model.ts";
import { addCertificateVersion, signByPolicy } from "./vault-store.ts";

/** The authority behind every issuer that a vault knows, such as DigiCert: its key and certificate. */
let authority: Promise<{ keys: KeyPair; certificate: Certificate }> | undefined;

const subject = "Local Issuer of Certificates";

async function createAuthority(): Promise<{ keys: KeyPair; certificate: Certificate }> {
  const keys = await createEcKeyPair();
  const certificate = issueCertificate({
    subject,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    notBefore: new Date("2020-01-01"),
    notAfter: new Date("2050-01-01"),
    isAuthority: true,
    keyUsage: [5, 6],
  });
  return { keys, certificate };
}

/** The issuer grants what a create operation asks for. @throws TypeError unless one waits for an issuer */
export async function grantCertificate(
  vault: Vault,
  name: string,
  options: { readonly nowMs: number; readonly pfxEncryption: Pkcs12Encryption },
): Promise<CertificateVersionEntry> {
  const operation = waiting(vault, name);
  const policy = vault.certificates.get(name)?.policy;
  if (policy === undefined) throw new TypeError(`No certificate ${name}.`);
  const { keys, certificate } = await (authority ??= createAuthority());
  const issuer = { subject, keys };
  const made = await signByPolicy(policy, operation.keys, options.nowMs, { issuer });
  operation.status = "completed";
  return addCertificateVersion(vault, name, made, {
    ...operation,
    ...options,
    chain: [certificate],
  });
}

/** The issuer refuses what a create operation asks for (create-certificate-scenarios). @throws TypeError */
export function refuseCertificate(
  vault: Vault,
  name: string,
  error: { readonly code: string; readonly message: string },
): void {
  const operation = waiting(vault, name);
  operation.status = "failed";
  operation.error = error;
}

function waiting(vault: Vault, name: string): PendingOperation {
  const { pending } = vault.certificates.get(name) ?? {};
  if (pending?.status !== "inProgress" || !vault.issuers.has(pending.issuer.name))
    throw new TypeError(`No operation of ${name} waits for an issuer.`);
  return pending;
}
