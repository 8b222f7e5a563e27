import type { BatchPorts } from "../batches/ports.ts";
import { systemClock } from "../core/clock.ts";
import { isGuid, toObjectId } from "../core/object-id.ts";
import { createGraph, type Graph } from "../graph/graph.ts";
import { createIdentity, type Identity } from "../identity/identity.ts";
import { createManagedIdentity } from "../identity/managed-identity.ts";
import type { CredentialSettings } from "../identity/open-credential.ts";
import { createSealKey } from "../identity/seal-key.ts";
import { claimsOf } from "../identity/token/roles.ts";
import { adminConsentUrl } from "../identity/token/tenant.ts";
import { ringFor } from "../runner/slice/ring-message.ts";
import type { SealKey } from "../seal/seal.ts";
import { createBlobs, createQueue } from "../storage/storage.ts";
import type { Blobs, Queue } from "../storage/types.ts";
import { emitLine } from "./invocation.ts";
import type { Settings } from "./settings.ts";

/** The clock, the chance and the telemetry of this process. */
export const surroundings = { clock: systemClock, random: Math.random, emit: emitLine } as const;

type ManagedIdentity = ReturnType<typeof createManagedIdentity>;

/** An instance's clients. They keep connections, tokens and what pacing learned. */
export interface Clients {
  readonly tokens: Identity;
  /** One client a tenant. */
  readonly graphFor: (tenant: string) => Graph;
  readonly graphResource: string;
  readonly blobs: { readonly inbox: Blobs; readonly batches: Blobs; readonly runner: Blobs };
  readonly queues: {
    readonly accept: Queue;
    readonly run: Queue;
    readonly certificateEvents: Queue;
    readonly decisions: Queue;
  };
  /** Puts a ring on queue `run`: it wakes the tenant's runner. */
  readonly ring: (tenant: string) => Promise<void>;
  readonly rolesFor: BatchPorts["rolesFor"];
  readonly principalIn: BatchPorts["principalIn"];
  readonly consentUrl: (tenant: string) => string;
  readonly sealKey: SealKey | undefined;
}

/** Builds every client of an instance, once. */
export function createClients(settings: Settings): Clients {
  const clientId = settings.MANAGED_IDENTITY_CLIENT_ID || undefined;
  const identity = createManagedIdentity({ clientId, ...surroundings });
  const graphResource = `https://${settings.cloud.graphHost}`;
  const tokens = createIdentity({
    ...surroundings,
    cloud: settings.cloud,
    clientId: settings.CLIENT_ID,
    credential: credentialOf(settings, identity),
    allowedTenants: settings.tenants,
    allowedResources: [graphResource, ...settings.ALLOWED_RESOURCES],
    fetch,
  });
  const { blobs, queues } = createStorage(settings, identity);
  return {
    tokens,
    graphFor: createGraphs(settings, tokens, graphResource),
    graphResource,
    blobs,
    queues,
    ring: (tenant) => queues.run.send(ringFor(tenant)),
    rolesFor: async (tenant, { fresh }) => {
      const token = fresh
        ? tokens.forceRefresh(tenant, graphResource)
        : tokens.get(tenant, graphResource);
      return (await token).roles;
    },
    principalIn: async (tenant) => {
      const { oid } = claimsOf((await tokens.get(tenant, graphResource)).token);
      return typeof oid === "string" && isGuid(oid) ? toObjectId(oid) : undefined;
    },
    consentUrl: (tenant) => adminConsentUrl(settings.cloud.loginHost, tenant, settings.CLIENT_ID),
    sealKey:
      settings.SEAL_KEY === ""
        ? undefined
        : createSealKey(settings.SEAL_KEY, { ...surroundings, cloud: settings.cloud, identity }),
  };
}

/** Makes each tenant's Graph client when it is first asked for. */
function createGraphs(
  settings: Settings,
  tokens: Identity,
  graphResource: string,
): Clients["graphFor"] {
  const graphs = new Map<string, Graph>();
  return (tenant) => {
    const graph =
      graphs.get(tenant) ??
      createGraph({
        ...surroundings,
        cloud: settings.cloud,
        tenant,
        getToken: (demand) => tokens.get(tenant, graphResource, demand),
        settings: {
          retryFloorMs: settings.GRAPH_RETRY_FLOOR_SECONDS * 1000,
          resourceUnitQuota: settings.GRAPH_RESOURCE_UNIT_QUOTA,
          resourceUnitWindowMs: settings.GRAPH_RESOURCE_UNIT_WINDOW_SECONDS * 1000,
          readReserve: settings.GRAPH_READ_RESERVE_PERCENT / 100,
          timeoutMs: settings.GRAPH_TIMEOUT_SECONDS * 1000,
        },
      });
    graphs.set(tenant, graph);
    return graph;
  };
}

function createStorage(
  settings: Settings,
  credential: ManagedIdentity,
): Pick<Clients, "blobs" | "queues"> {
  const container = (name: string): Blobs =>
    createBlobs({ url: settings.BatchStorage__blobServiceUri, container: name, credential });
  const queue = (name: string): Queue =>
    createQueue({ url: settings.BatchStorage__queueServiceUri, queue: name, credential });
  return {
    blobs: {
      inbox: container("inbox"),
      batches: container("batches"),
      runner: container("runner"),
    },
    queues: {
      accept: queue("accept"),
      run: queue("run"),
      certificateEvents: queue("certificate-events"),
      decisions: queue("decisions"),
    },
  };
}

function credentialOf(settings: Settings, identity: ManagedIdentity): CredentialSettings {
  const certificate = { vaultUri: settings.KEY_VAULT_URI, name: settings.CERTIFICATE_NAME };
  switch (settings.CREDENTIAL) {
    case "certificate":
    case "vault-signature":
      return {
        kind: settings.CREDENTIAL,
        certificate,
        identity,
        algorithm: settings.ASSERTION_ALGORITHM,
      };
    case "managed-identity":
      return { kind: "managed-identity", identity };
    case "client-secret":
      return {
        kind: "client-secret",
        secret: settings.clientSecret,
        allowed: settings.isSecretAllowed,
      };
  }
}
