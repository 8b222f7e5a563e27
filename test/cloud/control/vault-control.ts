import type { CertificateVersion, CloudControl } from "../cloud-control.ts";
import { grantCertificate, refuseCertificate } from "../key-vault/certificate-authority.ts";
import type { CertificateVersionEntry, Vault } from "../key-vault/model.ts";
import { defaultPolicy, policyOf } from "../key-vault/policy.ts";
import {
  addCertificateVersion,
  addSecret,
  certificateEntry,
  makeCertificate,
} from "../key-vault/vault-store.ts";
import type { World } from "../world.ts";

type VaultControl = Pick<
  CloudControl,
  | "createVault"
  | "assignVaultRole"
  | "removeVaultRole"
  | "createCertificate"
  | "grantCertificate"
  | "refuseCertificate"
  | "listCertificateVersions"
  | "setCertificateEnabled"
  | "setSecret"
>;

/** The commands for vaults: actions of an administrator or of the vault's own renewal. */
export function vaultControl(world: World): VaultControl {
  return {
    async createVault({ name, tenantId, ...kind }) {
      world.keyVault.create(name, tenantId, kind);
      return { uri: `https://${name}.${world.cloud.vaultSuffix}/` };
    },
    async assignVaultRole({ vault, principalId, role }) {
      vaultOf(world, vault).assignments.push({ principalId, role });
    },
    async removeVaultRole({ vault, principalId, role }) {
      const { assignments } = vaultOf(world, vault);
      const kept = assignments.filter(
        (held) => held.principalId !== principalId || held.role !== role,
      );
      assignments.splice(0, assignments.length, ...kept);
    },
    async createCertificate({ vault: vaultName, name, policy = {} }) {
      const vault = vaultOf(world, vaultName);
      const base = vault.certificates.get(name)?.policy ?? defaultPolicy;
      const entry = certificateEntry(vault, name, base);
      entry.policy = policyOf(policy, base);
      const made = await makeCertificate(entry, vault, name, world.now(), {
        ...(policy.notBefore !== undefined && { notBefore: new Date(policy.notBefore) }),
        ...(policy.notAfter !== undefined && { notAfter: new Date(policy.notAfter) }),
      });
      const version = addCertificateVersion(vault, name, made, {
        nowMs: world.now(),
        pfxEncryption: world.keyVault.settings.pfxEncryption,
      });
      return announced(world, vault, name, version);
    },
    async grantCertificate({ vault: vaultName, name }) {
      const vault = vaultOf(world, vaultName);
      const { pfxEncryption } = world.keyVault.settings;
      const options = { nowMs: world.now(), pfxEncryption };
      return announced(world, vault, name, await grantCertificate(vault, name, options));
    },
    async refuseCertificate({ vault, name, code = "Request rejected", message = "Refused." }) {
      refuseCertificate(vaultOf(world, vault), name, { code, message });
    },
    async listCertificateVersions({ vault, name }) {
      const entry = vaultOf(world, vault).certificates.get(name);
      return [...(entry?.versions.values() ?? [])].flatMap((version) => describe(version));
    },
    async setCertificateEnabled({ vault, name, version, enabled }) {
      const found = vaultOf(world, vault).certificates.get(name)?.versions.get(version);
      if (found === undefined) throw new TypeError(`No version ${version} of ${name}.`);
      found.attributes.enabled = enabled;
      found.attributes.updatedMs = world.now();
    },
    async setSecret({ vault: vaultName, name, value, contentType, version }) {
      const vault = vaultOf(world, vaultName);
      if (version === undefined)
        return { version: addSecret(vault, name, { value, contentType }, world.now()).version };
      const found = vault.secrets.get(name)?.versions.get(version);
      if (found === undefined) throw new TypeError(`No version ${version} of secret ${name}.`);
      found.value = value;
      return { version };
    },
  };
}

async function announced(
  world: World,
  vault: Vault,
  name: string,
  version: CertificateVersionEntry,
): Promise<CertificateVersion> {
  await world.announce(vault, name, version);
  const [described] = describe(version);
  if (described === undefined) throw new TypeError(`${name} has no certificate.`);
  return described;
}

function vaultOf(world: World, name: string): Vault {
  const vault = world.keyVault.vaults.get(name.toLowerCase());
  if (vault === undefined) throw new TypeError(`No vault ${name}.`);
  return vault;
}

/** The version; nothing if it is not signed yet. */
function describe({
  version,
  certificate,
  attributes,
}: CertificateVersionEntry): CertificateVersion[] {
  return certificate === undefined
    ? []
    : [
        {
          version,
          thumbprint: certificate.thumbprint,
          certificatePem: certificate.pem,
          enabled: attributes.enabled,
          expiresAt: certificate.notAfter.toISOString(),
        },
      ];
}
