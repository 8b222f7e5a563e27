import type { BatchPorts } from "../batches/ports.ts";
import { systemClock } from "../core/clock.ts";
import { OperatorError } from "../core/errors.ts";
import { createGraph, createWritePacer, type Graph } from "../graph/graph.ts";
import { createIdentity } from "../identity/identity.ts";
import { createManagedIdentity } from "../identity/managed-identity.ts";
import type { CredentialSettings } from "../identity/open-credential.ts";
import { adminConsentUrl } from "../identity/token/tenant.ts";
import { catalogue } from "../operations/list.ts";
import type { CheckPorts } from "../policies/check-certificate/certificate-check.ts";
import { runnerDefaults, type RunnerPorts } from "../runner/ports.ts";
import { ringFor } from "../runner/slice/ring.ts";
import { plainText } from "../storage/decode-message.ts";
import { createBlobs, createQueue } from "../storage/storage.ts";
import { type Application, createApplication } from "./application.ts";
import { createBatches } from "./batches.ts";
import { emitLine, type InvocationContext } from "./invocation.ts";
import { makePassword } from "./password.ts";
import { readQueueSettings, readSettings, type Settings } from "./settings.ts";
import { keepHeapSmall } from "./small-heap.ts";

const clock = systemClock;
const random = Math.random;

/** An instance's clients, made once: connections, tokens and what pacing learnt are kept in them. */
function compose(settings: Settings): (context: InvocationContext) => Application {
  keepHeapSmall();
  const identity = createManagedIdentity({
    clientId: settings.MANAGED_IDENTITY_CLIENT_ID || undefined,
    clock,
    random,
  });
  const graphResource = `https://${settings.cloud.graphHost}`;
  const tokens = createIdentity({
    cloud: settings.cloud,
    clientId: settings.CLIENT_ID,
    credential: credentialOf(settings, identity),
    allowedTenants: settings.tenants,
    allowedResources: [graphResource, ...settings.ALLOWED_RESOURCES],
    clock,
    random,
    fetch,
    emit: emitLine,
  });
  const retryFloorMs = settings.GRAPH_RETRY_FLOOR_SECONDS * 1000;
  const graphs = new Map<string, Graph>();
  const graphFor = (tenant: string): Graph => {
    const graph =
      graphs.get(tenant) ??
      createGraph({
        cloud: settings.cloud,
        tenant,
        getToken: (demand) => tokens.get(tenant, graphResource, demand),
        clock,
        random,
        emit: emitLine,
        settings: {
          retryFloorMs,
          resourceUnitQuota: settings.GRAPH_RESOURCE_UNIT_QUOTA,
          resourceUnitWindowMs: settings.GRAPH_RESOURCE_UNIT_WINDOW_SECONDS * 1000,
        },
      });
    graphs.set(tenant, graph);
    return graph;
  };
  const container = (name: string) =>
    createBlobs({
      url: settings.BatchStorage__blobServiceUri,
      container: name,
      credential: identity,
    });
  const queue = (name: string) =>
    createQueue({ url: settings.BatchStorage__queueServiceUri, queue: name, credential: identity });
  const blobs = {
    inbox: container("inbox"),
    batches: container("batches"),
    runner: container("runner"),
  };
  const queues = {
    accept: queue("accept"),
    run: queue("run"),
    certificateEvents: queue("certificate-events"),
  };
  const ring = (tenant: string): Promise<void> => queues.run.send(ringFor(tenant));
  const writeWindowMs = settings.GRAPH_WRITE_WINDOW_SECONDS * 1000;
  const rolesFor: BatchPorts["rolesFor"] = async (tenant, { fresh }) => {
    const token = fresh
      ? tokens.forceRefresh(tenant, graphResource)
      : tokens.get(tenant, graphResource);
    return (await token).roles;
  };
  const consentUrl = (tenant: string): string =>
    adminConsentUrl(settings.cloud.loginHost, tenant, settings.CLIENT_ID);
  const batches = createBatches({
    blobs,
    acceptQueue: queues.accept,
    ring,
    graphFor,
    rolesFor,
    consentUrl,
    catalogue,
    settings: {
      homeTenant: settings.TENANT_ID,
      tenants: settings.tenants,
      maxDeletes: settings.MAX_DELETES_PER_BATCH,
      maxDisables: settings.MAX_DISABLES_PER_BATCH,
      maxInvalidRowsPercent: settings.MAX_INVALID_ROWS_PERCENT,
      preflight: settings.PREFLIGHT,
      writeQuota: settings.GRAPH_WRITE_QUOTA,
      writeWindowSeconds: settings.GRAPH_WRITE_WINDOW_SECONDS,
    },
    clock,
    emit: emitLine,
  });
  const runnerFor = (tenant: string): RunnerPorts => ({
    tenant,
    graph: graphFor(tenant),
    blobs,
    catalogue,
    createPacer: (memory) =>
      createWritePacer({
        quota: settings.GRAPH_WRITE_QUOTA,
        windowMs: writeWindowMs,
        retryFloorMs,
        clock,
        memory,
      }),
    makePassword,
    finishBatch: (folder, outcomes) => batches.finishBatch(folder, outcomes),
    clock,
    random,
    emit: emitLine,
    settings: {
      ...runnerDefaults,
      retryFloorMs,
      quotaPerSecond: settings.GRAPH_WRITE_QUOTA / settings.GRAPH_WRITE_WINDOW_SECONDS,
    },
  });
  const home = settings.TENANT_ID;
  const certificatePorts: CheckPorts = {
    certificate: tokens.certificate,
    tenant: home,
    resource: graphResource,
    applicationObjectId: settings.APPLICATION_OBJECT_ID,
    graph: graphFor(home),
    runner: blobs.runner,
    tenants: settings.tenants,
    freshRoles: (tenant) => rolesFor(tenant, { fresh: true }),
    consentUrl,
    askForRoll: (message) => queues.certificateEvents.send(message),
    clock,
    emit: emitLine,
  };
  return createApplication({
    settings,
    batches,
    certificatePorts,
    runnerFor,
    graphFor,
    blobs,
    queues,
    ring,
    clock,
    random,
    emit: emitLine,
  });
}

function credentialOf(
  settings: Settings,
  identity: ReturnType<typeof createManagedIdentity>,
): CredentialSettings {
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

let composed: ((context: InvocationContext) => Application) | undefined;

/**
 * The application of this instance, made at the first invocation: a warm instance gets its settings
 * only after the bundle was loaded.
 *
 * @throws OperatorError SETTINGS_INVALID, each time until the settings are right.
 */
export function application(context: InvocationContext): Application {
  composed ??= compose(readSettings(process.env));
  return composed(context);
}

/** With wrong settings a message that was given up comes back to its queue after this, seconds. */
const WRONG_SETTINGS_SECONDS = 600;

/**
 * What each settle-poison function does. While the settings are wrong nothing can be said in a batch, and
 * what fails here five times nobody delivers again: so the message goes back to the queue that gave it
 * up, until the settings are right.
 *
 * @throws OperatorError SETTINGS_INVALID where even the queue's are wrong.
 */
export async function settlePoison(
  queue: string,
  message: unknown,
  context: InvocationContext,
): Promise<void> {
  let app: Application;
  try {
    app = application(context);
  } catch (error) {
    const known = readQueueSettings(process.env);
    if (!(error instanceof OperatorError) || known === undefined) throw error;
    context.log(error.message);
    const { url, clientId } = known;
    const credential = createManagedIdentity({ clientId, clock, random });
    const back = createQueue({ url, queue, credential });
    await back.send(plainText(message), { delaySeconds: WRONG_SETTINGS_SECONDS });
    return;
  }
  await app.settlePoison(queue, message);
}
