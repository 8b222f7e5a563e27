import type { Batches, BatchSettings, ProtectionSettings } from "../batches/ports.ts";
import { switchedOff } from "../catalogue/opt-in.ts";
import { OperatorError } from "../core/errors.ts";
import { toObjectId } from "../core/object-id.ts";
import { createWritePacer } from "../graph/graph.ts";
import type { Identity } from "../identity/identity.ts";
import { createManagedIdentity } from "../identity/managed-identity.ts";
import { createProofReader } from "../identity/proof/read-proof.ts";
import { catalogue } from "../operations/list.ts";
import type { CheckPorts } from "../policies/check-certificate/certificate-check.ts";
import { runnerDefaults, type RunnerPorts } from "../runner/ports.ts";
import { plainText } from "../storage/decode-message.ts";
import { createQueue } from "../storage/storage.ts";
import { type Application, createApplication } from "./application.ts";
import { createBatches } from "./batches.ts";
import { bundleDigest } from "./bundle-digest.ts";
import { capsFor } from "./caps.ts";
import { type Clients, createClients, surroundings } from "./clients.ts";
import type { InvocationContext } from "./invocation.ts";
import { createPasswordSealer } from "./passwords/password-key.ts";
import { makePassword } from "./passwords/password.ts";
import { recipesOf } from "./recipes.ts";
import { readQueueSettings, readSettings, type Settings } from "./settings.ts";
import { createShutdown } from "./shutdown.ts";
import { keepHeapSmall } from "./small-heap.ts";

const shutdown = createShutdown();

/**
 * What the host's appTerminate hook does: every invocation hands over what is left, and this resolves
 * when they have ended. The host kills the process five seconds after it called the hook.
 */
export const endInvocations = (): Promise<void> => shutdown.stop();

/** What an instance keeps. */
interface Composed {
  readonly tokens: Identity;
  readonly application: (context: InvocationContext) => Application;
}

function compose(settings: Settings): Composed {
  keepHeapSmall();
  const clients = createClients(settings);
  const { graphFor, blobs, queues, ring } = clients;
  const operations = switchedOff(catalogue, settings.EXTRA_OPERATIONS);
  const batches = batchesOf(settings, clients, operations);
  const application = createApplication(
    {
      ...surroundings,
      settings,
      batches,
      graphFor,
      blobs,
      queues,
      ring,
      bundleDigest,
      runnerFor: (tenant) => runnerPortsOf(settings, clients, batches, operations, tenant),
      certificatePorts: certificatePortsOf(settings, clients),
    },
    shutdown,
  );
  return { tokens: clients.tokens, application };
}

type Operations = ReturnType<typeof switchedOff>;

/** The operations that give passwords. */
const passwordOperations = (operations: Operations): readonly string[] =>
  Object.keys(operations).filter((name) => operations[name]?.password !== undefined);

function batchesOf(settings: Settings, clients: Clients, operations: Operations): Batches {
  const { blobs, queues, ring, graphFor, rolesFor, principalIn, consentUrl, sealKey } = clients;
  return createBatches({
    ...surroundings,
    blobs,
    acceptQueue: queues.accept,
    ring,
    ringEarly: ring,
    graphFor,
    rolesFor,
    principalIn,
    consentUrl,
    sealKey,
    catalogue: operations,
    recipes: recipesOf(operations),
    settings: {
      homeTenant: settings.TENANT_ID,
      tenants: settings.tenants,
      capsFor: capsFor(settings),
      protection: protectionOf(settings),
      tripwires: tripwiresOf(settings),
      maxInvalidRowsPercent: settings.MAX_INVALID_ROWS_PERCENT,
      preflight: settings.PREFLIGHT,
      inboxMode: settings.INBOX_MODE,
      writeQuota: settings.GRAPH_WRITE_QUOTA,
      writeWindowSeconds: settings.GRAPH_WRITE_WINDOW_SECONDS,
      membersPerWrite: settings.GRAPH_MEMBERS_PER_WRITE,
      decisionProof: settings.DECISION_PROOF,
      fourEyes: settings.FOUR_EYES === "on",
      heldExpiresDays: settings.HELD_EXPIRES_DAYS,
      keepsPasswordsOf: settings.PASSWORD_KEY === "" ? [] : passwordOperations(operations),
    },
    readProof: createProofReader({
      ...surroundings,
      loginHost: settings.cloud.loginHost,
      tenant: settings.TENANT_ID,
      clientId: settings.DECISION_CLIENT_ID,
      fetch,
    }),
  });
}

const protectionOf = (settings: Settings): ProtectionSettings => ({
  objects: settings.PROTECTED_OBJECTS,
  groups: settings.PROTECTED_GROUPS.map((each) => {
    const [id = "", tenant = settings.TENANT_ID] = each.split("/").toReversed();
    return { tenant, id: toObjectId(id) };
  }),
  filter: settings.PROTECTED_FILTER,
  roleHolders: settings.PROTECT_ROLE_HOLDERS === "hold",
  recheckAfterMs: settings.PLAN_FRESH_MINUTES * 60_000,
});

const tripwiresOf = (settings: Settings): BatchSettings["tripwires"] => ({
  isOn: settings.TRIPWIRES === "hold",
  fromRows: settings.TRIPWIRE_ROWS,
  blankPercent: settings.TRIPWIRE_BLANK_PERCENT,
  growthPercent: settings.TRIPWIRE_GROWTH_PERCENT,
  fullSources: settings.FULL_SOURCES,
  missingPercent: settings.FULL_SOURCE_MISSING_PERCENT,
});

function runnerPortsOf(
  settings: Settings,
  { graphFor, blobs }: Clients,
  batches: Batches,
  operations: Operations,
  tenant: string,
): RunnerPorts {
  const { GRAPH_WRITE_QUOTA: quota, GRAPH_WRITE_WINDOW_SECONDS: windowSeconds } = settings;
  const retryFloorMs = settings.GRAPH_RETRY_FLOOR_SECONDS * 1000;
  const { clock } = surroundings;
  return {
    ...surroundings,
    tenant,
    graph: graphFor(tenant),
    blobs,
    catalogue: operations,
    createPacer: (memory) =>
      createWritePacer({
        quota,
        windowMs: windowSeconds * 1000,
        retryFloorMs,
        clock,
        memory,
        oneByOne: quota / 20,
      }),
    makePassword,
    sealPassword:
      settings.PASSWORD_KEY === "" ? undefined : createPasswordSealer(settings.PASSWORD_KEY),
    admit: (folder) => batches.admit(folder),
    prepareEnd: (folder) => batches.prepareEnd(folder),
    finishBatch: (folder, outcomes) => batches.finishBatch(folder, outcomes),
    settings: {
      ...runnerDefaults,
      leaseSeconds: settings.RUNNER_LEASE_SECONDS,
      // Two renewals may fail before the lease ends.
      renewEveryMs: (settings.RUNNER_LEASE_SECONDS * 1000) / 3,
      retryFloorMs,
      quotaPerSecond: quota / windowSeconds,
      membersPerWrite: settings.GRAPH_MEMBERS_PER_WRITE,
      canaryRows: settings.CANARY_ROWS,
      breaker: { ...runnerDefaults.breaker, percent: settings.BREAKER_PERCENT },
      planFreshMs: settings.PLAN_FRESH_MINUTES * 60_000,
    },
  };
}

function certificatePortsOf(settings: Settings, clients: Clients): CheckPorts {
  const { tokens, graphFor, blobs, queues, rolesFor, consentUrl } = clients;
  return {
    ...surroundings,
    certificate: tokens.certificate,
    tenant: settings.TENANT_ID,
    resource: clients.graphResource,
    applicationObjectId: settings.APPLICATION_OBJECT_ID,
    graph: graphFor(settings.TENANT_ID),
    runner: blobs.runner,
    tenants: settings.tenants,
    freshRoles: (tenant) => rolesFor(tenant, { fresh: true }),
    consentUrl,
    askForRoll: (message) => queues.certificateEvents.send(message),
  };
}

let composed: Composed | undefined;

/** Made at the first invocation, because a warm instance gets its settings only after the bundle was loaded. */
const instance = (): Composed => (composed ??= compose(readSettings(process.env)));

/** The application of this instance. @throws OperatorError SETTINGS_INVALID until the settings are right. */
export const application = (context: InvocationContext): Application =>
  instance().application(context);

/**
 * The home tenant's tokens for one of the company's own APIs, for functions of your own
 * (docs/own-api.md). `demand` says that a token was rejected.
 *
 * @throws OperatorError SETTINGS_INVALID, SCOPE_INVALID, RESOURCE_NOT_ALLOWED
 */
export const tokensFor = (resource: string): ReturnType<Identity["for"]> =>
  instance().tokens.for(resource);

/** With wrong settings a message of a poison queue goes back to its queue for this long, seconds. */
const WRONG_SETTINGS_SECONDS = 600;

/**
 * What each settle-poison function does. While the settings are wrong nothing can be recorded in a
 * batch, and a message that fails here five times is lost. So the message goes back to the queue that
 * it came from, until the settings are right.
 *
 * @throws OperatorError SETTINGS_INVALID if the queue's own settings are wrong too.
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
    const credential = createManagedIdentity({ clientId, ...surroundings });
    const back = createQueue({ url, queue, credential });
    await back.send(plainText(message), { delaySeconds: WRONG_SETTINGS_SECONDS });
    return;
  }
  await app.settlePoison(queue, message);
}
