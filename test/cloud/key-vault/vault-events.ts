import { randomUUID } from "node:crypto";

import type { CertificateVersionEntry, Vault } from "./model.ts";

export type VaultEventSchema = "CloudEventSchemaV1_0" | "EventGridSchema";

/** The event that Key Vault sends when a certificate has a new version (event-schema-key-vault.md). */
export function certificateNewVersionCreated(
  vault: Vault,
  name: string,
  entry: CertificateVersionEntry,
  options: { readonly schema: VaultEventSchema; readonly vaultUrl: string; readonly nowMs: number },
): Record<string, unknown> {
  const source = `/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/local/providers/Microsoft.KeyVault/vaults/${vault.name}`;
  const data = {
    Id: `${options.vaultUrl}/certificates/${name}/${entry.version}`,
    VaultName: vault.name,
    ObjectType: "Certificate",
    ObjectName: name,
    Version: entry.version,
    NBF: Math.floor((entry.attributes.notBeforeMs ?? 0) / 1000),
    EXP: Math.floor((entry.attributes.expiresMs ?? 0) / 1000),
  };
  const type = "Microsoft.KeyVault.CertificateNewVersionCreated";
  const time = new Date(options.nowMs).toISOString();
  return options.schema === "CloudEventSchemaV1_0"
    ? { id: randomUUID(), source, subject: name, type, time, data, specversion: "1.0" }
    : {
        id: randomUUID(),
        topic: source,
        subject: name,
        eventType: type,
        eventTime: time,
        data,
        dataVersion: "1",
        metadataVersion: "1",
      };
}
