import type { KeyObject } from "node:crypto";

import type { Certificate } from "../certificates/certificate.ts";
import type { KeyPair } from "../certificates/key-pair.ts";
import type { CertificatePolicy } from "./policy.ts";
import type { VaultRole } from "./roles.ts";
import type { VaultKind } from "./vault-kind.ts";

/** Attributes of every version; a certificate shares them with its key and its secret. */
export interface Attributes {
  enabled: boolean;
  notBeforeMs: number | undefined;
  expiresMs: number | undefined;
  readonly createdMs: number;
  updatedMs: number;
}

export type Tags = Readonly<Record<string, string>>;

export interface SecretVersion {
  readonly version: string;
  value: string;
  contentType: string | undefined;
  readonly attributes: Attributes;
  /** The secret of a certificate. */
  readonly managed: boolean;
  /** Absent until some are given. */
  tags: Tags | undefined;
}

export interface KeyVersion {
  readonly version: string;
  readonly protection: KeyProtection;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  operations: readonly string[];
  readonly attributes: Attributes;
  /** The key of a certificate. */
  readonly managed: boolean;
  tags: Tags | undefined;
}

export interface CertificateVersionEntry {
  readonly version: string;
  /** Absent until somebody else has signed it. */
  readonly certificate: Certificate | undefined;
  readonly attributes: Attributes;
  tags: Tags | undefined;
}

export interface KeyProtection {
  /** Made in, or brought into, an HSM. */
  readonly isHsm: boolean;
  /** May be released to an attested environment. */
  readonly isExportable: boolean;
}

/** All versions of one name in the order of creation; the last is the current one. */
export interface Versioned<V> {
  readonly versions: Map<string, V>;
  /** Set while the name is soft-deleted. */
  deletedMs: number | undefined;
}

export interface KeyEntry extends Versioned<KeyVersion> {
  /** Absent until one is set: then the default holds. */
  rotation?: RotationPolicy | undefined;
  /** Under which conditions the key may be released. */
  release?: ReleasePolicy | undefined;
}

/** The policy of an exportable key (rest/api/keyvault/keys/create-key, KeyReleasePolicy). */
export interface ReleasePolicy {
  readonly contentType: string;
  /** The policy's JSON, in base64url. */
  readonly data: string;
  readonly immutable: boolean;
}

/** When a key gets a new version (rest/api/keyvault/keys/update-key-rotation-policy). */
export interface RotationPolicy {
  readonly lifetimeActions: readonly unknown[];
  /** ISO 8601 duration after which a version expires that rotation makes. */
  readonly expiryTime: string | undefined;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface CertificateEntry extends Versioned<CertificateVersionEntry> {
  policy: CertificatePolicy;
  /** When the policy was last changed. */
  policyMs?: number;
  /** The last create operation. */
  pending: PendingOperation | undefined;
}

export interface Issuer {
  provider: string;
  credentials: unknown;
  organization: unknown;
  enabled: boolean;
  readonly createdMs: number;
  updatedMs: number;
}

export interface PendingOperation {
  readonly requestId: string;
  readonly issuer: CertificatePolicy["issuer"];
  readonly keys: KeyPair;
  /** A PKCS#10 request, DER. */
  readonly signingRequest: Buffer;
  /** The version that the operation makes. */
  readonly version: string;
  readonly tags: Tags | undefined;
  readonly enabled: boolean;
  /** When the vault itself signs; absent if somebody else does. */
  readonly dueMs: number | undefined;
  /** Cancellation was asked for. */
  isCancelled: boolean;
  status: "inProgress" | "completed" | "cancelled" | "failed";
  /** Why it has failed. */
  error?: { readonly code: string; readonly message: string };
}

export interface Vault extends VaultKind {
  readonly name: string;
  readonly tenantId: string;
  readonly secrets: Map<string, Versioned<SecretVersion>>;
  readonly keys: Map<string, KeyEntry>;
  readonly certificates: Map<string, CertificateEntry>;
  /** Issuers of certificates by name, as they were set; credentials are kept and never shown. */
  readonly issuers: Map<string, Issuer>;
  /** Whom the vault tells about its certificates; `undefined` if nobody. */
  contacts: readonly unknown[] | undefined;
  /** A role over the whole vault, or over one object such as `keys/seal`. */
  readonly assignments: { principalId: string; role: VaultRole; object?: string }[];
}

/** The current version: the last one created, enabled or not. */
export function currentVersion<V>(entry: Versioned<V>): V | undefined {
  return [...entry.versions.values()].at(-1);
}
