import { randomUUID } from "node:crypto";

import type { Cloud } from "../../../shared/core/clouds.ts";
import type { Pkcs12Encryption } from "../certificates/pkcs12.ts";
import type { TokenClaims, TokenVerifier } from "../entra/verify-token.ts";
import { notEmulated, type CloudAnswer, type CloudRequest } from "../http/exchange.ts";
import { settleOperations } from "./certificate-pending.ts";
import { handleCertificates } from "./certificates.ts";
import {
  handleDeletedCertificates,
  handleDeletedKeys,
  handleDeletedSecrets,
} from "./deleted-objects.ts";
import { handleKeys } from "./keys.ts";
import type { CertificateVersionEntry, Vault } from "./model.ts";
import { purgeOverdue } from "./retention.ts";
import { isAllowed, type VaultAction } from "./roles.ts";
import { handleSecrets } from "./secrets.ts";
import { checkVersion } from "./service-version.ts";
import { createThrottle } from "./throttle.ts";
import { authenticate } from "./vault-authentication.ts";
import { forbiddenByRbac, VaultRefusal, vaultRefusalResponse } from "./vault-error.ts";
import type { VaultKind } from "./vault-kind.ts";
import { readBody, type VaultHandler, type VaultRequest } from "./vault-request.ts";

/** Settings that a test may change while it runs (CloudSettings.vault). */
interface VaultSettings {
  /** Key Vault's limit for secrets and RSA-2048 software keys is 4,000 in 10 s (service-limits). */
  transactionsPer10Seconds: number;
  pfxEncryption: Pkcs12Encryption;
  /** How long the vault takes to sign a certificate itself; Key Vault takes some seconds. */
  certificateSeconds: number;
}

/** All vaults of the local cloud, by host name. */
export interface KeyVault {
  readonly settings: VaultSettings;
  readonly vaults: Map<string, Vault>;
  /** A standard vault without purge protection that keeps what was deleted for 90 days, unless told. */
  create(name: string, tenantId: string, kind?: Partial<VaultKind>): Vault;
  handle(request: CloudRequest, count: (operation: string) => void): Promise<CloudAnswer>;
}

export interface KeyVaultOptions {
  readonly cloud: Cloud;
  readonly verifyToken: TokenVerifier;
  readonly now: () => number;
  /** Seconds as sent at this speed. */
  readonly retryAfter: (seconds: number) => string;
  readonly onNewVersion: (vault: Vault, name: string, version: CertificateVersionEntry) => void;
}

const collections: Readonly<Record<string, VaultHandler>> = {
  secrets: handleSecrets,
  keys: handleKeys,
  certificates: handleCertificates,
  deletedcertificates: handleDeletedCertificates,
  deletedsecrets: handleDeletedSecrets,
  deletedkeys: handleDeletedKeys,
};

/** Serves vaults under Azure RBAC; access policies are not emulated. */
export function createKeyVault(options: KeyVaultOptions): KeyVault {
  const settings: VaultSettings = {
    transactionsPer10Seconds: 4000,
    pfxEncryption: "aes-256",
    certificateSeconds: 0,
  };
  const vaults = new Map<string, Vault>();
  const throttle = createThrottle(options.now);

  const answer = async (
    vault: Vault,
    request: CloudRequest,
    count: (operation: string) => void,
  ): Promise<CloudAnswer> => {
    const url = new URL(request.target, `https://${request.host}`);
    const claims = authenticate(request, vault, options, count);
    checkVersion(url.searchParams.get("api-version"));
    if (!throttle.take(vault.name, settings.transactionsPer10Seconds))
      throw new VaultRefusal(
        429,
        "Throttled",
        "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
        { headers: { "Retry-After": options.retryAfter(10) } },
      );
    const [collection = "", ...path] = url.pathname
      .split("/")
      .filter((part) => part !== "")
      .map((part) => decodeURIComponent(part));
    const kind = collection.toLowerCase();
    const handler = Object.hasOwn(collections, kind) ? collections[kind] : undefined;
    if (handler === undefined) return notEmulated(`Key Vault's /${collection}`);
    purgeOverdue(vault, options.now());
    const given: VaultRequest = {
      vault,
      method: request.method,
      path,
      query: url.searchParams,
      baseUrl: `https://${request.host}`,
      body: readBody(request),
      nowMs: options.now(),
      pfxEncryption: settings.pfxEncryption,
      certificateSeconds: settings.certificateSeconds,
      retryAfter: options.retryAfter,
      authorize: (action) => authorize(vault, claims, action, `/${collection}/${path[0] ?? ""}`),
      count,
      announce: (name, version) => options.onNewVersion(vault, name, version),
    };
    await settleOperations(vault, given);
    return handler(given);
  };

  return {
    settings,
    vaults,
    create(name, tenantId, kind) {
      const vault: Vault = {
        name,
        tenantId,
        sku: "standard",
        purgeProtection: false,
        retentionDays: 90,
        ...kind,
        secrets: new Map(),
        keys: new Map(),
        certificates: new Map(),
        issuers: new Map(),
        contacts: undefined,
        assignments: [],
      };
      vaults.set(name.toLowerCase(), vault);
      return vault;
    },
    async handle(request, count) {
      const vault = vaultOf(request.host, vaults);
      // A vault that does not exist has no DNS name, so no server answers.
      if (vault === undefined) return { connection: "reset" };
      const response = await answer(vault, request, count).catch((error: unknown) => {
        if (error instanceof VaultRefusal) return vaultRefusalResponse(error);
        throw error;
      });
      return "connection" in response
        ? response
        : {
            ...response,
            headers: {
              ...response.headers,
              ...usualHeaders(request),
            },
          };
    },
  };
}

/** What every answer carries (recorded by Azure's SDK for .NET). */
function usualHeaders({ headers }: CloudRequest): Record<string, string> {
  const id = headers["x-ms-client-request-id"];
  const isWanted = headers["x-ms-return-client-request-id"] === "true" && typeof id === "string";
  return {
    "Cache-Control": "no-cache",
    Pragma: "no-cache",
    Expires: "-1",
    "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
    "x-ms-keyvault-region": "westeurope",
    "x-ms-keyvault-service-version": "1.9.713.1",
    "x-ms-request-id": randomUUID(),
    ...(isWanted && { "x-ms-client-request-id": id }),
  };
}

/** The vault at `<name>.vault.azure.net`; a client that uses localhost reaches the first vault. */
function vaultOf(host: string, vaults: ReadonlyMap<string, Vault>): Vault | undefined {
  const name = host.split(":")[0] ?? "";
  if (name === "localhost" || /^[\d.]+$/u.test(name)) return vaults.values().next().value;
  return vaults.get(name.split(".")[0]?.toLowerCase() ?? "");
}

function authorize(vault: Vault, claims: TokenClaims, action: VaultAction, object: string): void {
  const roles = vault.assignments
    .filter(
      ({ principalId, object: only }) =>
        principalId === claims.principalId && (only === undefined || `/${only}` === object),
    )
    .map((assignment) => assignment.role);
  if (!isAllowed(roles, action)) throw forbiddenByRbac(vault, claims, action, object.toLowerCase());
}
