import { randomUUID } from "node:crypto";

import type { Certificate } from "../certificates/certificate.ts";
import {
  createClientCertificate,
  type ClientCertificate,
  type ClientCertificateOptions,
} from "../certificates/client-certificate.ts";
import type { KeyPair } from "../certificates/key-pair.ts";
import { createPkcs12, type Pkcs12Encryption } from "../certificates/pkcs12.ts";
import { generateKey, operationsOf } from "./key-material.ts";
import {
  currentVersion,
  type Attributes,
  type CertificateEntry,
  type CertificateVersionEntry,
  type KeyProtection,
  type KeyVersion,
  type PendingOperation,
  type SecretVersion,
  type Tags,
  type Vault,
  type Versioned,
} from "./model.ts";
import {
  commonNameOf,
  extensionsOf,
  isHsmPolicy,
  nameOf,
  type CertificatePolicy,
} from "./policy.ts";
import { deletedButRecoverable } from "./vault-error.ts";
import type { AttributeChange } from "./vault-request.ts";

/** Versions are 32 random hex digits: their order does not reflect their age. */
export const newVersion = (): string => randomUUID().replaceAll("-", "");

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

/** The key for a new version by policy: the current one if the policy says so. */
export async function keysFor(
  policy: CertificatePolicy,
  vault: Vault,
  name: string,
): Promise<KeyPair> {
  const previous = vault.keys.get(name);
  const kept = policy.reuseKey && previous ? currentVersion(previous) : undefined;
  return kept ?? generateKey({ kty: policy.keyType, key_size: policy.keySize, crv: policy.curve });
}

/** Creates a self-signed certificate by policy, with a key for it. @throws PolicyRefusal */
export async function makeCertificate(
  entry: CertificateEntry,
  vault: Vault,
  name: string,
  nowMs: number,
  life: { readonly notBefore?: Date; readonly notAfter?: Date } = {},
): Promise<ClientCertificate> {
  return signByPolicy(entry.policy, await keysFor(entry.policy, vault, name), nowMs, life);
}

/** When a certificate by the policy is valid: Key Vault backdates it by ten minutes. */
function lifeOf(
  policy: CertificatePolicy,
  nowMs: number,
): { readonly notBefore: Date; readonly notAfter: Date } {
  const notAfter = new Date(nowMs);
  notAfter.setUTCMonth(notAfter.getUTCMonth() + policy.validityInMonths);
  return { notBefore: new Date(nowMs - 600_000), notAfter };
}

/** Creates a certificate by policy, self-signed unless an issuer is given. @throws PolicyRefusal */
export const signByPolicy = (
  policy: CertificatePolicy,
  keys: KeyPair,
  nowMs: number,
  more: Partial<Pick<ClientCertificateOptions, "notBefore" | "notAfter" | "issuer">> = {},
): Promise<ClientCertificate> =>
  createClientCertificate({
    subject: commonNameOf(policy),
    name: nameOf(policy),
    ...lifeOf(policy, nowMs),
    ...extensionsOf(policy),
    keys,
    ...more,
  });

/** Adds a version that somebody else is to sign: it has no certificate, and is disabled. */
export function addUnsignedVersion(
  entry: CertificateEntry,
  { version, tags }: PendingOperation,
  nowMs: number,
): void {
  const { notBefore, notAfter } = lifeOf(entry.policy, nowMs);
  const attributes = newAttributes(nowMs, {
    enabled: false,
    notBeforeMs: notBefore.getTime(),
    expiresMs: notAfter.getTime(),
  });
  entry.versions.set(version, { version, certificate: undefined, attributes, tags });
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
    /** The version of the operation that asked for it; a new one unless given. */
    readonly version?: string;
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
  const version = options.version ?? newVersion();
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
    protection: { isHsm: isHsmPolicy(entry.policy), isExportable: false },
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
    readonly protection?: KeyProtection;
    readonly operations?: readonly string[];
    readonly attributes?: Partial<AttributeChange>;
    readonly tags?: Tags | undefined;
  },
): KeyVersion {
  const version: KeyVersion = {
    version: newVersion(),
    ...key.keys,
    protection: key.protection ?? { isHsm: false, isExportable: false },
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
