import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from "node:crypto";

import { readPfx } from "../../../shared/identity/pkcs12/pfx.ts";
import type { Certificate } from "../certificates/certificate.ts";
import {
  createClientCertificate,
  type ClientCertificate,
} from "../certificates/client-certificate.ts";
import { toPrivateKeyPem, type KeyPair } from "../certificates/key-pair.ts";
import { createPkcs12, type Pkcs12Encryption } from "../certificates/pkcs12.ts";
import { operationsOf } from "./key-material.ts";
import {
  currentVersion,
  type Attributes,
  type CertificateEntry,
  type CertificateVersionEntry,
  type KeyVersion,
  type SecretVersion,
  type Tags,
  type Vault,
  type Versioned,
} from "./model.ts";
import { commonNameOf, keyUsageOf, type CertificatePolicy } from "./policy.ts";
import { badParameter, deletedButRecoverable } from "./vault-error.ts";
import type { AttributeChange } from "./vault-request.ts";

/** Versions are 32 random hex digits: their order does not reflect their age. */
const newVersion = (): string => randomUUID().replaceAll("-", "");

/** The entry of a name, created if missing. @throws VaultRefusal 409 while soft-deleted */
function entryOf<V>(
  map: Map<string, Versioned<V>>,
  kind: "secret" | "key",
  name: string,
): Versioned<V> {
  const entry: Versioned<V> = map.get(name) ?? { versions: new Map(), deletedMs: undefined };
  if (entry.deletedMs !== undefined) throw deletedButRecoverable(kind, name);
  map.set(name, entry);
  return entry;
}

/** The certificate entry of a name, created if missing. @throws VaultRefusal 409 */
export function certificateEntry(
  vault: Vault,
  name: string,
  policy: CertificatePolicy,
): CertificateEntry {
  const entry = vault.certificates.get(name) ?? {
    versions: new Map<string, CertificateVersionEntry>(),
    deletedMs: undefined,
    policy,
    pending: undefined,
  };
  if (entry.deletedMs !== undefined) throw deletedButRecoverable("certificate", name);
  vault.certificates.set(name, entry);
  return entry;
}

/** Adds a version of a plain secret. */
export function addSecret(
  vault: Vault,
  name: string,
  secret: {
    value: string;
    contentType?: string | undefined;
    attributes?: Omit<AttributeChange, "enabled"> & { readonly enabled: boolean };
    tags?: Tags | undefined;
  },
  nowMs: number,
): SecretVersion {
  const version: SecretVersion = {
    version: newVersion(),
    value: secret.value,
    contentType: secret.contentType,
    attributes: newAttributes(nowMs, secret.attributes),
    managed: false,
    tags: secret.tags,
  };
  entryOf(vault.secrets, "secret", name).versions.set(version.version, version);
  return version;
}

function newAttributes(nowMs: number, given: Partial<AttributeChange> = {}): Attributes {
  return {
    enabled: given.enabled ?? true,
    notBeforeMs: given.notBeforeMs,
    expiresMs: given.expiresMs,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
}

/** Creates a self-signed certificate by policy. @throws PolicyRefusal */
export async function makeCertificate(
  entry: CertificateEntry,
  vault: Vault,
  name: string,
  nowMs: number,
  life: { readonly notBefore?: Date; readonly notAfter?: Date } = {},
): Promise<ClientCertificate> {
  const { policy } = entry;
  const previous = vault.keys.get(name);
  const kept = policy.reuseKey && previous ? currentVersion(previous) : undefined;
  const end = new Date(nowMs);
  end.setUTCMonth(end.getUTCMonth() + policy.validityInMonths);
  return createClientCertificate({
    subject: commonNameOf(policy),
    bits: policy.keySize,
    // Key Vault backdates a certificate by ten minutes.
    notBefore: life.notBefore ?? new Date(nowMs - 600_000),
    notAfter: life.notAfter ?? end,
    keyUsage: keyUsageOf(policy),
    extendedKeyUsage: policy.ekus,
    ...(kept !== undefined && { keys: kept }),
  });
}

/** Adds a version with its key and its secret, all three under one version id. */
export function addCertificateVersion(
  vault: Vault,
  name: string,
  made: ClientCertificate,
  options: {
    readonly nowMs: number;
    readonly enabled?: boolean;
    readonly tags?: Tags | undefined;
    readonly pfxEncryption: Pkcs12Encryption;
    readonly chain?: readonly Certificate[];
  },
): CertificateVersionEntry {
  const entry = vault.certificates.get(name);
  if (entry === undefined) throw new TypeError(`No certificate ${name}.`);
  const { notBefore, notAfter } = made.certificate;
  const attributes = newAttributes(options.nowMs, {
    enabled: options.enabled,
    notBeforeMs: notBefore.getTime(),
    expiresMs: notAfter.getTime(),
  });
  const version = newVersion();
  const added = {
    version,
    certificate: made.certificate,
    attributes,
    tags: options.tags,
  };
  entry.versions.set(version, added);
  entryOf(vault.keys, "key", name).versions.set(version, {
    version,
    ...made.keys,
    operations: operationsOf(made.keys.publicKey),
    attributes,
    managed: true,
    tags: undefined,
  });
  entryOf(vault.secrets, "secret", name).versions.set(version, {
    version,
    value: secretValue(entry.policy, made, options.pfxEncryption, options.chain ?? []),
    contentType: entry.policy.contentType,
    attributes,
    managed: true,
    tags: options.tags,
  });
  return added;
}

/** Adds a version of a key of its own, which never leaves the vault. */
export function addKey(
  vault: Vault,
  name: string,
  nowMs: number,
  key: {
    readonly keys: KeyPair;
    readonly operations?: readonly string[];
    readonly attributes?: Partial<AttributeChange>;
    readonly tags?: Tags | undefined;
  },
): KeyVersion {
  const version: KeyVersion = {
    version: newVersion(),
    ...key.keys,
    operations: key.operations ?? operationsOf(key.keys.publicKey),
    attributes: newAttributes(nowMs, key.attributes),
    managed: false,
    tags: key.tags,
  };
  entryOf(vault.keys, "key", name).versions.set(version.version, version);
  return version;
}

/** The value of a certificate's secret; without the private key if it is not exportable. */
function secretValue(
  policy: CertificatePolicy,
  made: ClientCertificate,
  encryption: Pkcs12Encryption,
  chain: readonly Certificate[],
): string {
  const certificates = [made.certificate, ...chain];
  const pems = certificates.map((certificate) => certificate.pem).join("");
  if (policy.contentType === "application/x-pem-file")
    return policy.exportable ? made.privateKeyPem + pems : pems;
  if (!policy.exportable) return made.certificate.der.toString("base64");
  return createPkcs12({ privateKey: made.keys.privateKey, certificates, encryption }).toString(
    "base64",
  );
}

/** Reads a PEM file with a private key and its certificate. @throws VaultRefusal 400 */
export const readPem = (pem: string): ClientCertificate =>
  readImported("PEM", () => imported(createPrivateKey(pem), new X509Certificate(pem)));

/** Reads a PKCS#12 file without a password, in base64. @throws VaultRefusal 400 */
export const readPkcs12 = (base64: string): ClientCertificate =>
  readImported("PKCS#12", () => {
    const { keys, certificates } = readPfx(Buffer.from(base64, "base64"));
    const [key] = keys;
    const own = key && certificates.find((each) => each.checkPrivateKey(key));
    if (key === undefined || own === undefined)
      throw new Error("it holds no key with its certificate");
    return imported(key, own);
  });

function imported(privateKey: KeyObject, parsed: X509Certificate): ClientCertificate {
  if (!parsed.checkPrivateKey(privateKey)) throw new Error("key and certificate do not match");
  const der = parsed.raw;
  return {
    certificate: {
      der,
      pem: parsed.toString(),
      thumbprint: createHash("sha1").update(der).digest("hex").toUpperCase(),
      thumbprintSha256: createHash("sha256").update(der).digest("hex").toUpperCase(),
      notBefore: new Date(parsed.validFrom),
      notAfter: new Date(parsed.validTo),
      subject: /CN=([^\n]+)/u.exec(parsed.subject)?.[1] ?? parsed.subject,
    },
    keys: { privateKey, publicKey: createPublicKey(privateKey) },
    privateKeyPem: toPrivateKeyPem(privateKey),
  };
}

function readImported(form: string, read: () => ClientCertificate): ClientCertificate {
  try {
    return read();
  } catch (error) {
    throw badParameter(
      `The specified ${form} X.509 certificate content is in an unexpected format: ${(error as Error).message}.`,
    );
  }
}
