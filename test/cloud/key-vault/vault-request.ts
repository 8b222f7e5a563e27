import type { Pkcs12Encryption } from "../certificates/pkcs12.ts";
import type { CloudRequest, CloudResponse } from "../http/exchange.ts";
import type { Attributes, CertificateVersionEntry, Tags, Vault } from "./model.ts";
import { purgedAtMs, recoveryOf } from "./retention.ts";
import type { VaultAction } from "./roles.ts";
import { badParameter } from "./vault-error.ts";

/** One authenticated request to a vault, with the state that handlers need. */
export interface VaultRequest {
  readonly vault: Vault;
  readonly method: string;
  /** Path without the collection: `["name", "version"]`, `["name", "create"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The vault's address as the caller wrote it, used in ids. */
  readonly baseUrl: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
  readonly pfxEncryption: Pkcs12Encryption;
  /** How long the vault takes to sign a certificate itself. */
  readonly certificateSeconds: number;
  /** Seconds as sent at this speed. */
  retryAfter(seconds: number): string;
  /** @throws VaultRefusal 403 unless a role of the caller allows it */
  authorize(action: VaultAction): void;
  count(operation: string): void;
  /** Sends the event for a certificate's new version. */
  announce(name: string, version: CertificateVersionEntry): void;
}

export type VaultHandler = (request: VaultRequest) => CloudResponse | Promise<CloudResponse>;

/** The JSON body of a request; an empty object if there is none. @throws VaultRefusal 400 */
export function readBody(request: CloudRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(request.body.toString("utf8")) as Record<string, unknown>;
  } catch {
    throw badParameter("The request body is not valid JSON.");
  }
}

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.floor(ms / 1000);

/** Attributes in their REST form. */
export function attributesJson(
  { vault }: VaultRequest,
  attributes: Attributes,
): Record<string, unknown> {
  return {
    enabled: attributes.enabled,
    nbf: seconds(attributes.notBeforeMs),
    exp: seconds(attributes.expiresMs),
    created: seconds(attributes.createdMs),
    updated: seconds(attributes.updatedMs),
    ...recoveryOf(vault),
  };
}

/** What a body says of a version's attributes; a part that it leaves out stays. */
export interface AttributeChange {
  readonly enabled: boolean | undefined;
  readonly notBeforeMs: number | undefined;
  readonly expiresMs: number | undefined;
}

/** The attributes of a PATCH, PUT or POST body; instants are in seconds. @throws VaultRefusal 400 */
export function attributesIn(body: Readonly<Record<string, unknown>>): AttributeChange {
  const { attributes } = body as { attributes?: Readonly<Record<string, unknown>> | null };
  const enabled = attributes?.["enabled"] ?? undefined;
  if (enabled !== undefined && typeof enabled !== "boolean")
    throw badParameter("Property 'enabled' has an invalid value.");
  return {
    enabled,
    notBeforeMs: instantIn(attributes?.["nbf"], "nbf"),
    expiresMs: instantIn(attributes?.["exp"], "exp"),
  };
}

function instantIn(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw badParameter(`Property '${name}' has an invalid value.`);
  return value * 1000;
}

/** Changes attributes as a PATCH does. */
export function changeAttributes(
  attributes: Attributes,
  { enabled, notBeforeMs, expiresMs }: AttributeChange,
  nowMs: number,
): void {
  attributes.enabled = enabled ?? attributes.enabled;
  attributes.notBeforeMs = notBeforeMs ?? attributes.notBeforeMs;
  attributes.expiresMs = expiresMs ?? attributes.expiresMs;
  attributes.updatedMs = nowMs;
}

/** A change of `attributes.enabled` in a PATCH or PUT body. */
export const enabledOf = (body: Readonly<Record<string, unknown>>): boolean | undefined =>
  attributesIn(body).enabled;

/** What the answer about a soft-deleted object says beside the object. */
export const deletedParts = (
  request: VaultRequest,
  collection: "secrets" | "keys" | "certificates",
  name: string,
  deletedMs: number,
): { recoveryId: string; deletedDate: number; scheduledPurgeDate: number } => ({
  recoveryId: `${request.baseUrl}/deleted${collection}/${name}`,
  deletedDate: Math.floor(deletedMs / 1000),
  scheduledPurgeDate: Math.floor(purgedAtMs(request.vault, deletedMs) / 1000),
});

/**
 * The tags of a body; `undefined` if it has none.
 * @throws VaultRefusal 400 for more than 15, or longer ones than 512 characters (about-keys)
 */
export function tagsIn(body: Readonly<Record<string, unknown>>): Tags | undefined {
  const tags = (body["tags"] ?? undefined) as Tags | undefined;
  const entries = Object.entries(tags ?? {});
  const isLong = entries.some(([name, value]) => Math.max(name.length, value.length) > 512);
  if (entries.length > 15 || isLong) throw badParameter("Property tags has invalid value\r\n");
  return tags;
}

/** @throws VaultRefusal 400 for a name that no object can have (about-keys-secrets-certificates) */
export function checkName(name: string): void {
  if (!/^[0-9A-Za-z-]{1,127}$/u.test(name))
    throw badParameter("The request URI contains an invalid name.");
}
