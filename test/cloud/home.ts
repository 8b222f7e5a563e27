import { seededRandom } from "../core/seeded-random.ts";
import { createClientCertificate } from "./certificates/client-certificate.ts";
import { createRsaKeyPair } from "./certificates/key-pair.ts";
import { graphAppRoles } from "./entra/graph-app-roles.ts";
import type { Application } from "./entra/model.ts";
import { graphResourceAppId } from "./entra/well-known.ts";
import { defaultPolicy } from "./key-vault/policy.ts";
import {
  addCertificateVersion,
  certificateEntry,
  makeCertificate,
  addKey,
} from "./key-vault/vault-store.ts";
import type { CloudOptions, HomeTenant } from "./local-cloud.ts";
import { seedSignIn } from "./seed-sign-in.ts";
import type { World } from "./world.ts";

/** The Graph permissions that the operations, the stale-account policy and the guard of role holders need. */
const productRoles = [
  "AuditLog.Read.All",
  "GroupMember.ReadWrite.All",
  "RoleManagement.Read.Directory",
  "User-LifeCycleInfo.ReadWrite.All",
  "User-Mail.ReadWrite.All",
  "User-Phone.ReadWrite.All",
  "User.DeleteRestore.All",
  "User.EnableDisableAccount.All",
  "User.Read.All",
  "User.ReadBasic.All",
  "User.ReadWrite.All",
];

/** As in infra/certificate-policy.json. */
const certificatePolicy = {
  ...defaultPolicy,
  subject: "CN=directory-batch",
  keySize: 3072 as const,
  contentType: "application/x-pem-file" as const,
  validityInMonths: 6,
  ekus: ["1.3.6.1.5.5.7.3.2"],
  keyUsage: ["digitalSignature"],
};

const yearMs = 365 * 86_400_000;

/** The tools application before its certificate is written to a file. */
export interface SeededTools {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Private key, then certificate. */
  readonly certificatePem: string;
}

/**
 * Adds the product's tenant to a world: the product's application with a certificate in a vault, the
 * identity that may read it, and an application with every permission for other clients. Ids follow
 * from the seed, keys do not.
 */
export async function seedHome(
  world: World,
  options: CloudOptions,
): Promise<{ home: HomeTenant; tools: SeededTools }> {
  const guid = guidsOf(options.seed ?? 1);
  const { registry } = world;
  const tenant = registry.addTenant({
    tenantId: guid(),
    domains: ["contoso.com", "contoso.onmicrosoft.com"],
    displayName: "Contoso",
  });
  const { tenantId } = tenant;
  const register = (displayName: string, roles: readonly string[]): Application => {
    const application = registry.addApplication({
      tenantId,
      displayName,
      appId: guid(),
      objectId: guid(),
    });
    const principal = registry.addServicePrincipal(tenantId, application.appId, {
      objectId: guid(),
    });
    const graph = registry.resource(tenantId, graphResourceAppId);
    if (graph !== undefined) registry.grant(principal, graph.principal, roles);
    return application;
  };
  const product = register("Directory Batch", options.roles ?? productRoles);
  const other = register("Tools", Object.keys(graphAppRoles));
  const identity = registry.addManagedIdentity(tenantId, "directory-batch", "user", {
    clientId: guid(),
    principalId: guid(),
  });

  const vaultName = "batch-vault";
  const certificateName = "directory-batch";
  const vault = world.keyVault.create(vaultName, tenantId);
  vault.assignments.push(
    { principalId: identity.principalId, role: "Key Vault Secrets User" },
    { principalId: identity.principalId, role: "Key Vault Crypto User", object: "keys/seal" },
  );
  const toolsPrincipal = registry.servicePrincipal(tenantId, other.appId);
  if (toolsPrincipal !== undefined)
    vault.assignments.push({
      principalId: toolsPrincipal.objectId,
      role: "Key Vault Administrator",
    });
  const entry = certificateEntry(vault, certificateName, certificatePolicy);
  const nowMs = world.now();
  const [made, toolsCertificate, seal] = await Promise.all([
    makeCertificate(entry, vault, certificateName, nowMs),
    createClientCertificate({
      subject: "tools",
      notBefore: new Date(nowMs - 600_000),
      notAfter: new Date(nowMs + yearMs),
    }),
    createRsaKeyPair(),
  ]);
  addKey(vault, "seal", nowMs, { keys: seal, operations: ["sign", "verify"] });
  addCertificateVersion(vault, certificateName, made, { nowMs, pfxEncryption: "aes-256" });
  registry.addKeyCredential(product, made.certificate.der);
  registry.addKeyCredential(other, toolsCertificate.certificate.der);
  seedDirectory(world, options, tenantId);
  const signIn = options.people === true ? seedSignIn(world, tenantId, guid) : undefined;

  return {
    home: {
      tenantId,
      domain: "contoso.com",
      clientId: product.appId,
      applicationObjectId: product.objectId,
      servicePrincipalId: registry.servicePrincipal(tenantId, product.appId)?.objectId ?? "",
      vaultName,
      keyVaultUri: `https://${vaultName}.${world.cloud.vaultSuffix}/`,
      certificateName,
      managedIdentity: {
        clientId: identity.clientId,
        principalId: identity.principalId,
        resourceId: identity.resourceId,
      },
      storageAccount: "batchstorage",
      ...(signIn && { signIn }),
    },
    tools: {
      clientId: other.appId,
      clientSecret: registry.addPassword(other, nowMs + yearMs).secret,
      certificatePem: toolsCertificate.privateKeyPem + toolsCertificate.certificate.pem,
    },
  };
}

function seedDirectory(world: World, options: CloudOptions, tenantId: string): void {
  world.graph.control("seed", { tenant: tenantId, ...options.graph?.seed });
}

/** GUIDs of version 4 that follow from a seed. */
function guidsOf(seed: number): () => string {
  const random = seededRandom(seed + 3);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
  return () =>
    [hex(8), hex(4), `4${hex(3)}`, `${"89ab"[Math.floor(random() * 4)]}${hex(3)}`, hex(12)].join(
      "-",
    );
}
