import type { CertificateRequest } from "../certificates/certificate.ts";
import type { CertificatePolicyOptions } from "../cloud-control.ts";
import { curves } from "./elliptic.ts";

/** The parts of a certificate policy that the vault uses; the rest is stored and returned. */
export interface CertificatePolicy {
  readonly subject: string;
  /** As the request writes it: `dns_names`, `emails`, `upns`. */
  readonly alternativeNames: { readonly dns_names?: readonly string[] } | undefined;
  readonly keyType: "RSA" | "EC";
  /** Of an RSA key. */
  readonly keySize: number;
  /** Of an EC key. */
  readonly curve: string;
  readonly exportable: boolean;
  readonly reuseKey: boolean;
  readonly contentType: "application/x-pem-file" | "application/x-pkcs12";
  readonly validityInMonths: number;
  readonly ekus: readonly string[];
  readonly keyUsage: readonly string[];
  /** Its name, type and whether it publishes what it issues. */
  readonly issuer: { readonly name: string };
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
  alternativeNames: undefined,
  keyType: "RSA",
  keySize: 2048,
  curve: "P-256",
  exportable: true,
  reuseKey: false,
  contentType: "application/x-pkcs12",
  validityInMonths: 12,
  ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
  keyUsage: ["digitalSignature", "keyEncipherment"],
  issuer: { name: "Self" },
  lifetimeActions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }],
};

/** A policy that Key Vault refuses, with its message. */
export class PolicyRefusal extends Error {
  override readonly name = "PolicyRefusal";
}

interface PolicyJson {
  readonly key_props?: {
    readonly kty?: string;
    readonly crv?: string;
    readonly key_size?: number;
    readonly exportable?: boolean;
    readonly reuse_key?: boolean;
  };
  readonly secret_props?: { readonly contentType?: string };
  readonly x509_props?: {
    readonly subject?: string;
    readonly sans?: CertificatePolicy["alternativeNames"];
    readonly ekus?: readonly string[];
    readonly key_usage?: readonly string[];
    readonly validity_months?: number;
  };
  readonly issuer?: { readonly name?: string | null };
  readonly lifetime_actions?: unknown;
}

/** Merges the REST form of a policy into the existing one. @throws PolicyRefusal */
export function readPolicy(json: unknown, base: CertificatePolicy): CertificatePolicy {
  const given = (json ?? {}) as PolicyJson;
  const props = given.key_props ?? {};
  const keyType = props.kty ?? base.keyType;
  if (keyType !== "RSA" && keyType !== "EC")
    throw new PolicyRefusal(
      `The local cloud creates RSA and EC certificates only, not ${keyType}.`,
    );
  const keySize = (keyType === "RSA" ? props.key_size : undefined) ?? base.keySize;
  if (keySize !== 2048 && keySize !== 3072 && keySize !== 4096)
    throw new PolicyRefusal(`Property key_size has an invalid value: ${String(keySize)}.`);
  const curve = props.crv ?? base.curve;
  if (curves[curve] === undefined)
    throw new PolicyRefusal(`Property crv has an invalid value: ${curve}.`);
  const contentType = given.secret_props?.contentType ?? base.contentType;
  if (contentType !== "application/x-pem-file" && contentType !== "application/x-pkcs12")
    throw new PolicyRefusal(`Content type ${contentType} is not supported.`);
  const policy: CertificatePolicy = {
    subject: given.x509_props?.subject ?? base.subject,
    alternativeNames: given.x509_props?.sans ?? base.alternativeNames,
    keyType,
    keySize,
    curve,
    exportable: props.exportable ?? base.exportable,
    reuseKey: props.reuse_key ?? base.reuseKey,
    contentType,
    validityInMonths: given.x509_props?.validity_months ?? base.validityInMonths,
    ekus: given.x509_props?.ekus ?? base.ekus,
    keyUsage: given.x509_props?.key_usage ?? base.keyUsage,
    issuer: given.issuer?.name ? { ...given.issuer, name: given.issuer.name } : base.issuer,
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
      kty: policy.keyType,
      key_size: policy.keyType === "RSA" ? policy.keySize : (curves[policy.curve]?.bits ?? 256),
      reuse_key: policy.reuseKey,
      ...(policy.keyType === "EC" && { crv: policy.curve }),
    },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: policy.subject,
      ...(policy.alternativeNames && { sans: policy.alternativeNames }),
      ekus: policy.ekus,
      key_usage: policy.keyUsage,
      validity_months: policy.validityInMonths,
      basic_constraints: { ca: false },
    },
    lifetime_actions: policy.lifetimeActions,
    issuer: policy.issuer,
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

/** What a certificate by the policy says beside its subject. */
export const extensionsOf = (
  policy: CertificatePolicy,
): Pick<CertificateRequest, "keyUsage" | "extendedKeyUsage" | "alternativeNames"> => ({
  keyUsage: keyUsageOf(policy),
  extendedKeyUsage: policy.ekus,
  ...(policy.alternativeNames?.dns_names?.length && {
    alternativeNames: policy.alternativeNames.dns_names,
  }),
});

/** The common name in a policy's subject. @throws PolicyRefusal without one */
export function commonNameOf(policy: CertificatePolicy): string {
  const name = /(?:^|,)\s*CN\s*=\s*([^,]+)/iu.exec(policy.subject)?.[1];
  if (name === undefined) throw new PolicyRefusal("Property subject has no common name.");
  return name.trim();
}
