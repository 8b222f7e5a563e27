import type { AlternativeName, CertificateRequest } from "../certificates/certificate.ts";
import {
  commonNameIn,
  parseDistinguishedName,
  type DistinguishedName,
} from "../certificates/distinguished-name.ts";
import type { CertificatePolicyOptions } from "../cloud-control.ts";
import { curves } from "./elliptic.ts";
import { isInHsm, keyTypeIn, type KeyType } from "./key-type.ts";

/** The parts of a certificate policy that the vault uses; the rest is stored and returned. */
export interface CertificatePolicy {
  readonly subject: string;
  /** As the request writes them. */
  readonly alternativeNames: AlternativeNames | undefined;
  readonly keyType: KeyType;
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
  /** Of an imported certificate. */
  readonly isAuthority: boolean;
  /** Its name, type and whether it publishes what it issues. */
  readonly issuer: { readonly name: string };
  /** Absent until some are given: then the issuer's default holds. */
  readonly lifetimeActions: unknown;
}

/** The parts of `sans` (rest/api/keyvault/certificates, SubjectAlternativeNames). */
interface AlternativeNames {
  readonly dns_names?: readonly string[];
  readonly emails?: readonly string[];
  readonly upns?: readonly string[];
  readonly uris?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** RFC 5280 bit numbers of the policy's key usages. */
const keyUsageBits: Readonly<Record<string, number>> = {
  cRLSign: 6,
  dataEncipherment: 3,
  decipherOnly: 8,
  digitalSignature: 0,
  encipherOnly: 7,
  keyAgreement: 4,
  keyCertSign: 5,
  keyEncipherment: 2,
  nonRepudiation: 1,
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
  isAuthority: false,
  issuer: { name: "Self" },
  lifetimeActions: undefined,
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
  const asked = props.kty ?? base.keyType;
  const keyType = keyTypeIn(asked);
  if (keyType === undefined)
    throw new PolicyRefusal(`Property kty has an invalid value: ${asked}.`);
  const keySize = (isEc(keyType) ? undefined : props.key_size) ?? base.keySize;
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
    exportable: props.exportable ?? (base.exportable && !isInHsm(keyType)),
    reuseKey: props.reuse_key ?? base.reuseKey,
    contentType,
    validityInMonths: given.x509_props?.validity_months ?? base.validityInMonths,
    ekus: given.x509_props?.ekus ?? base.ekus,
    keyUsage: given.x509_props?.key_usage ? knownUsages(given.x509_props.key_usage) : base.keyUsage,
    isAuthority: base.isAuthority,
    issuer: given.issuer?.name ? { ...given.issuer, name: given.issuer.name } : base.issuer,
    lifetimeActions: given.lifetime_actions ?? base.lifetimeActions,
  };
  if (isHsmPolicy(policy) && policy.exportable)
    throw new PolicyRefusal("A key in an HSM is not exportable.");
  nameOf(policy);
  return policy;
}

const isEc = (keyType: KeyType): boolean => keyType.startsWith("EC");

/** Whether the policy's key is in an HSM. */
export const isHsmPolicy = ({ keyType }: CertificatePolicy): boolean => isInHsm(keyType);

/** Usages in any case, in the service's own and sorted (recorded by Azure's SDK for .NET). @throws PolicyRefusal */
function knownUsages(given: readonly string[]): readonly string[] {
  const lower = given.map((usage) => usage.toLowerCase());
  const all = Object.keys(keyUsageBits);
  const odd = lower.find((usage) => !all.some((each) => each.toLowerCase() === usage));
  if (odd !== undefined) throw new PolicyRefusal(`Key usage ${odd} is not supported.`);
  return all.filter((usage) => lower.includes(usage.toLowerCase()));
}

/** The REST form of a policy. */
export function policyJson(policy: CertificatePolicy, id: string): Record<string, unknown> {
  return {
    id,
    key_props: {
      exportable: policy.exportable,
      kty: policy.keyType,
      key_size: isEc(policy.keyType) ? (curves[policy.curve]?.bits ?? 256) : policy.keySize,
      reuse_key: policy.reuseKey,
      ...(isEc(policy.keyType) && { crv: policy.curve }),
    },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: policy.subject,
      ...(policy.alternativeNames && { sans: policy.alternativeNames }),
      ekus: policy.ekus,
      key_usage: policy.keyUsage,
      validity_months: policy.validityInMonths,
      basic_constraints: { ca: policy.isAuthority },
    },
    lifetime_actions: policy.lifetimeActions ?? [
      {
        trigger: { lifetime_percentage: 80 },
        action: { action_type: policy.issuer.name === "Unknown" ? "EmailContacts" : "AutoRenew" },
      },
    ],
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

/** The usages of bits. */
export const usagesOf = (bits: readonly number[]): readonly string[] =>
  Object.keys(keyUsageBits).filter((usage) => bits.includes(keyUsageBits[usage] ?? -1));

/** What a certificate by the policy says beside its subject. */
export function extensionsOf(
  policy: CertificatePolicy,
): Pick<CertificateRequest, "keyUsage" | "extendedKeyUsage" | "alternativeNames"> {
  const names = alternativeNamesOf(policy.alternativeNames);
  return {
    keyUsage: policy.keyUsage.map((usage) => keyUsageBits[usage] ?? 0),
    extendedKeyUsage: policy.ekus,
    ...(names.length > 0 && { alternativeNames: names }),
  };
}

const alternativeNamesOf = (given: AlternativeNames = {}): readonly AlternativeName[] => [
  ...(given.dns_names ?? []),
  ...(given.ipAddresses ?? []),
  ...(given.emails ?? []).map((email) => ({ email })),
  ...(given.upns ?? []).map((upn) => ({ upn })),
  ...(given.uris ?? []).map((uri) => ({ uri })),
];

/** The policy's subject. @throws PolicyRefusal for one that is no name (recorded by Azure's SDK for .NET) */
export function nameOf({ subject }: CertificatePolicy): DistinguishedName {
  try {
    return parseDistinguishedName(subject);
  } catch {
    throw new PolicyRefusal(
      "Property policy.x509_props has invalid value. Invalid X.500 distinguished name\r\n",
    );
  }
}

/** The common name in a policy's subject. @throws PolicyRefusal */
export const commonNameOf = (policy: CertificatePolicy): string => commonNameIn(nameOf(policy));
