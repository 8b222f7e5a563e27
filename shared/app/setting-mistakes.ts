import { type CloudName, clouds } from "../core/clouds.ts";
import type { CapsByTenant } from "./guard-rules.ts";

/** Four eyes need to know whose they are. */
export function decisionMistakes(read: {
  readonly DECISION_PROOF: string;
  readonly DECISION_CLIENT_ID: string;
  readonly FOUR_EYES: string;
}): readonly string[] {
  const isSigned = read.DECISION_PROOF === "signed";
  const mistakes: string[] = [];
  if (isSigned && read.DECISION_CLIENT_ID === "") {
    mistakes.push("DECISION_CLIENT_ID is missing (DECISION_PROOF is signed)");
  }
  if (!isSigned && read.FOUR_EYES === "on") {
    mistakes.push("FOUR_EYES is on, but DECISION_PROOF is queue: nobody's name would be known");
  }
  return mistakes;
}

/** A limit of a tenant that no batch may name is a slip of the pen: the tenant that was meant would lack it. */
export function capMistakes(
  { CAPS_BY_TENANT: caps }: { readonly CAPS_BY_TENANT: CapsByTenant },
  tenants: readonly string[],
): readonly string[] {
  const strange = caps.filter(([tenant]) => !tenants.includes(tenant));
  return strange.map(
    ([tenant]) =>
      `CAPS_BY_TENANT names ${tenant}, which is neither TENANT_ID nor in ALLOWED_TENANTS`,
  );
}

/** Exactly one credential: settings of another beside the chosen one are a mistake, not a fallback. */
export function credentialMistakes(
  read: {
    readonly CREDENTIAL: string;
    readonly KEY_VAULT_URI: string;
    readonly CERTIFICATE_NAME: string;
    readonly MANAGED_IDENTITY_CLIENT_ID: string;
  },
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { CREDENTIAL: kind } = read;
  const usesVault = kind === "certificate" || kind === "vault-signature";
  const mistakes: string[] = [];
  for (const name of ["KEY_VAULT_URI", "CERTIFICATE_NAME"] as const) {
    if (usesVault && read[name] === "") mistakes.push(`${name} is missing (CREDENTIAL is ${kind})`);
    if (!usesVault && read[name] !== "") mistakes.push(`${name} is set, but CREDENTIAL is ${kind}`);
  }
  const hasSecret = (environment["CLIENT_SECRET"] ?? "") !== "";
  if (kind === "client-secret" && !hasSecret) mistakes.push("CLIENT_SECRET is missing");
  if (kind !== "client-secret" && hasSecret) {
    mistakes.push(`CLIENT_SECRET is set, but CREDENTIAL is ${kind}`);
  }
  if (kind === "managed-identity" && read.MANAGED_IDENTITY_CLIENT_ID === "") {
    mistakes.push(
      "MANAGED_IDENTITY_CLIENT_ID is missing: only a user-assigned identity can be a federated credential",
    );
  }
  return mistakes;
}

/** Storage of one cloud accepts no token of another. A custom host name belongs to no known cloud. */
export function cloudMistakes(read: {
  readonly CLOUD: CloudName;
  readonly BatchStorage__blobServiceUri: string;
  readonly BatchStorage__queueServiceUri: string;
}): readonly string[] {
  const own = clouds[read.CLOUD]?.storageSuffix;
  if (own === undefined) return [];
  const foreign = Object.values(clouds)
    .map(({ storageSuffix }) => storageSuffix)
    .filter((suffix) => suffix !== own);
  return (["BatchStorage__blobServiceUri", "BatchStorage__queueServiceUri"] as const)
    .filter((name) => foreign.some((suffix) => read[name]?.endsWith(`.${suffix}`)))
    .map((name) => `${name} is in another cloud than CLOUD says (${read.CLOUD}: ${own})`);
}
