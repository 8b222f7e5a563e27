import type { CertificatePolicyOptions } from "../cloud-control.ts";

/** The parts of a certificate policy that the vault uses; the rest is stored and returned. */
export interface CertificatePolicy {
  readonly subject: string;
  readonly keySize: 2048 | 3072 | 4096;
  readonly exportable: boolean;
  readonly reuseKey: boolean;
  readonly contentType: "application/x-pem-file" | "application/x-pkcs12";
  readonly validityInMonths: number;
  readonly ekus: readonly string[];
  readonly keyUsage: readonly string[];
  readonly issuerName: string;
  readonly lifetimeActions: unknown;
}

/** RFC 5280 bit numbers of the policy's key usages. */
const keyUsageBits: Readonly<Record<string, number>> = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
};

/** Key Vault's defaults for omitted properties (RSA 2048, exportable, PFX, twelve months). */
export const defaultPolicy: CertificatePolicy = {
  subject: "CN=local",
  keySize: 2048,
  exportable: true,
  reuseKey: false,
  contentType: "application/x-pkcs12",
  validityInMonths: 12,
  ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
  keyUsage: ["digitalSignature", "keyEncipherment"],
  issuerName: "Self",
  lifetimeActions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }],
};

/** A policy that Key Vault refuses, with its message. */
export class PolicyRefusal extends Error {
  override readonly name = "PolicyRefusal";
}

interface PolicyJson {
  readonly key_props?: {
    readonly kty?: string;
    readonly key_size?: number;
    readonly exportable?: boolean;
    readonly reuse_key?: boolean;
  };
  readonly secret_props?: { readonly contentType?: string };
  readonly x509_props?: {
    readonly subject?: string;
    readonly ekus?: readonly string[];
    readonly key_usage?: readonly string[];
    readonly validity_months?: number;
  };
  readonly issuer?: { readonly name?: string };
  readonly lifetime_actions?: unknown;
}

/** Merges the REST form of a policy into the existing one. @throws PolicyRefusal */
export function readPolicy(json: unknown, base: CertificatePolicy): CertificatePolicy {
  const given = (json ?? {}) as PolicyJson;
  const keyType = given.key_props?.kty ?? "RSA";
  if (keyType !== "RSA")
    throw new PolicyRefusal(`The local cloud creates RSA certificates only, not ${keyType}.`);
  const keySize = given.key_props?.key_size ?? base.keySize;
  if (keySize !== 2048 && keySize !== 3072 && keySize !== 4096)
    throw new PolicyRefusal(`Property key_size has an invalid value: ${String(keySize)}.`);
  const contentType = given.secret_props?.contentType ?? base.contentType;
  if (contentType !== "application/x-pem-file" && contentType !== "application/x-pkcs12")
    throw new PolicyRefusal(`Content type ${contentType} is not supported.`);
  const policy: CertificatePolicy = {
    subject: given.x509_props?.subject ?? base.subject,
    keySize,
    exportable: given.key_props?.exportable ?? base.exportable,
    reuseKey: given.key_props?.reuse_key ?? base.reuseKey,
    contentType,
    validityInMonths: given.x509_props?.validity_months ?? base.validityInMonths,
    ekus: given.x509_props?.ekus ?? base.ekus,
    keyUsage: given.x509_props?.key_usage ?? base.keyUsage,
    issuerName: given.issuer?.name ?? base.issuerName,
    lifetimeActions: given.lifetime_actions ?? base.lifetimeActions,
  };
  commonNameOf(policy);
  keyUsageOf(policy);
  return policy;
}

/** The REST form of a policy. */
export function policyJson(policy: CertificatePolicy, id: string): Record<string, unknown> {
  return {
    id,
    key_props: {
      exportable: policy.exportable,
      kty: "RSA",
      key_size: policy.keySize,
      reuse_key: policy.reuseKey,
    },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: policy.subject,
      ekus: policy.ekus,
      key_usage: policy.keyUsage,
      validity_months: policy.validityInMonths,
      basic_constraints: { ca: false },
    },
    lifetime_actions: policy.lifetimeActions,
    issuer: { name: policy.issuerName },
  };
}

/** The policy for a test's short settings. */
export function policyOf(
  options: CertificatePolicyOptions,
  base: CertificatePolicy,
): CertificatePolicy {
  return readPolicy(
    {
      key_props: {
        key_size: options.keySize,
        exportable: options.exportable,
        reuse_key: options.reuseKey,
      },
      secret_props: { contentType: options.contentType },
      x509_props: { subject: options.subject, validity_months: options.validityInMonths },
    },
    base,
  );
}

/** The certificate's key usage bits. @throws PolicyRefusal for an unknown usage */
export function keyUsageOf(policy: CertificatePolicy): readonly number[] {
  return policy.keyUsage.map((usage) => {
    const bit = keyUsageBits[usage];
    if (bit === undefined) throw new PolicyRefusal(`Key usage ${usage} is not supported.`);
    return bit;
  });
}

/** The common name in a policy's subject. @throws PolicyRefusal without one */
export function commonNameOf(policy: CertificatePolicy): string {
  const name = /(?:^|,)\s*CN\s*=\s*([^,]+)/iu.exec(policy.subject)?.[1];
  if (name === undefined) throw new PolicyRefusal("Property subject has no common name.");
  return name.trim();
}
