import { fileURLToPath } from "node:url";

import type { LocalCloud } from "./local-cloud.ts";
import type { World } from "./world.ts";

const redirectFile = fileURLToPath(new URL("redirect.cjs", import.meta.url));

/**
 * The environment of a process in this cloud: managed identity, trusted CA and redirect, and the
 * product's settings as the Bicep sets them, with production host names. Rates follow speed.
 */
export function workerEnvironment(
  world: Pick<World, "cloud" | "speed" | "identitySecret">,
  cloud: Pick<LocalCloud, "home" | "redirect" | "caFile" | "urls">,
  cloudName: string,
): Record<string, string> {
  const { home } = cloud;
  const storage = (service: string): string =>
    `https://${home.storageAccount}.${service}.${world.cloud.storageSuffix}`;
  return {
    IDENTITY_ENDPOINT: cloud.urls.identityEndpoint,
    IDENTITY_HEADER: world.identitySecret,
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    NODE_OPTIONS: `--require ${JSON.stringify(redirectFile)}`,
    LOCAL_CLOUD_REDIRECT: JSON.stringify(cloud.redirect),
    BatchStorage__blobServiceUri: storage("blob"),
    BatchStorage__queueServiceUri: storage("queue"),
    BatchStorage__credential: "managedidentity",
    BatchStorage__clientId: home.managedIdentity.clientId,
    CLOUD: cloudName,
    TENANT_ID: home.tenantId,
    CLIENT_ID: home.clientId,
    APPLICATION_OBJECT_ID: home.applicationObjectId,
    KEY_VAULT_URI: home.keyVaultUri,
    CERTIFICATE_NAME: home.certificateName,
    SEAL_KEY: `${home.keyVaultUri}keys/seal`,
    MANAGED_IDENTITY_CLIENT_ID: home.managedIdentity.clientId,
    GRAPH_WRITE_QUOTA: "3000",
    GRAPH_WRITE_WINDOW_SECONDS: String(150 / world.speed),
    GRAPH_RESOURCE_UNIT_QUOTA: "8000",
    GRAPH_RESOURCE_UNIT_WINDOW_SECONDS: String(10 / world.speed),
    GRAPH_RETRY_FLOOR_SECONDS: String(1 / world.speed),
  };
}
