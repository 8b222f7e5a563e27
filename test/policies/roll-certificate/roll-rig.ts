import { systemClock } from "../../../shared/core/clock.ts";
import { clouds } from "../../../shared/core/clouds.ts";
import type { TelemetryEvent } from "../../../shared/core/telemetry.ts";
import { createGraph } from "../../../shared/graph/graph.ts";
import { createIdentity, type Identity } from "../../../shared/identity/identity.ts";
import { createManagedIdentity } from "../../../shared/identity/managed-identity.ts";
import { adminConsentUrl } from "../../../shared/identity/token/tenant.ts";
import {
  checkCertificate,
  type CheckPorts,
} from "../../../shared/policies/check-certificate/certificate-check.ts";
import type { KeyRecord } from "../../../shared/policies/roll-certificate/certificates-file.ts";
import type { RollResult } from "../../../shared/policies/roll-certificate/roll-certificate-ports.ts";
import { rollCertificate } from "../../../shared/policies/roll-certificate/roll-certificate.ts";
import { MemoryBlobs } from "../../batches/memory-blobs.ts";
import type { CertificatePolicyOptions, CertificateVersion } from "../../cloud/cloud-control.ts";
import type { LocalCloud } from "../../cloud/local-cloud.ts";
import { startCloud } from "../../cloud/start-cloud.ts";
import { nextSecond } from "../../core/next-second.ts";
import { enterCloud } from "../../stage/enter-cloud.ts";

const GRAPH = "https://graph.microsoft.com";
const HOUR_MS = 3_600_000;

/** One application of its own with a certificate of its own, and an instance of the product for it. */
export interface Rig {
  readonly ports: CheckPorts;
  readonly identity: Identity;
  readonly runner: MemoryBlobs;
  readonly events: TelemetryEvent[];
  readonly notes: string[];
  /** Messages that the check put on the queue. */
  readonly asked: string[];
  readonly appId: string;
  /** Makes a version in the vault, as a renewal does, in a later second than the one before it. */
  make(policy?: CertificatePolicyOptions): Promise<CertificateVersion>;
  /** What is registered, as SHA-1 thumbprints. */
  registered(): Promise<string[]>;
  records(): readonly KeyRecord[];
  /** Delivers one message, or the event of a version. */
  roll(announced?: { readonly version: string; readonly atMs: number }): Promise<RollResult>;
  /** Delivers it until it is done, without waiting. */
  rollThrough(): Promise<void>;
  check(): Promise<void>;
  pass(hours: number): void;
  /** Another instance of the app, with nothing in its memory, over the same storage. */
  restart(): Rig;
}

let cloud: LocalCloud | undefined;

/** The cloud that this process lives in. */
export async function rollCloud(): Promise<LocalCloud> {
  if (cloud) return cloud;
  cloud = await startCloud({ storage: false, latency: false });
  enterCloud(cloud);
  const { NODE_OPTIONS: _, ...environment } = cloud.env();
  Object.assign(process.env, environment);
  return cloud;
}

let count = 0;

/** Registers an application whose first version is registered, as the deploy script does it. */
export async function openRig(
  options: {
    readonly roles?: readonly string[];
    readonly objectId?: string;
    readonly tenants?: readonly string[];
    readonly policy?: CertificatePolicyOptions;
    /** Keys that stay in the vault, and sign there. */
    readonly isInside?: boolean;
  } = {},
): Promise<Rig> {
  const { home, control } = await rollCloud();
  const name = `rolling-${++count}`;
  const { appId, objectId } = await control.registerApplication({
    tenantId: home.tenantId,
    displayName: name,
    signInAudience: "AzureADMultipleOrgs",
  });
  const roles = options.roles ?? ["User.Read.All"];
  if (roles.length > 0) await control.grantConsent({ tenantId: home.tenantId, appId, roles });
  const first = await control.createCertificate({
    vault: home.vaultName,
    name,
    policy: {
      contentType: "application/x-pem-file",
      exportable: options.isInside !== true,
      ...options.policy,
    },
  });
  if (options.isInside)
    await control.assignVaultRole({
      vault: home.vaultName,
      principalId: home.managedIdentity.principalId,
      role: "Key Vault Crypto User",
    });
  await control.addCertificate({ appId, certificatePem: first.certificatePem });
  const place = { name, appId, objectId: options.objectId ?? objectId, ...options };
  return instance(await rollCloud(), {
    ...place,
    aheadMs: { value: 0 },
    runner: new MemoryBlobs(),
  });
}

interface Place {
  readonly name: string;
  readonly appId: string;
  readonly objectId: string;
  readonly tenants?: readonly string[];
  readonly isInside?: boolean;
  readonly runner: MemoryBlobs;
  /** Shared by all instances: the date. */
  readonly aheadMs: { value: number };
}

function instance({ home, control }: LocalCloud, place: Place): Rig {
  const { name, appId, objectId, runner, aheadMs } = place;
  const { random } = Math;
  const events: TelemetryEvent[] = [];
  const notes: string[] = [];
  const asked: string[] = [];
  const emit = (event: TelemetryEvent): void => void events.push(event);
  const own = createManagedIdentity({
    clientId: home.managedIdentity.clientId,
    clock: systemClock,
    random,
  });
  const tenants = [home.tenantId, ...(place.tenants ?? [])];
  const identity = createIdentity({
    cloud: clouds.global,
    clientId: appId,
    credential: {
      kind: place.isInside ? "vault-signature" : "certificate",
      certificate: { vaultUri: home.keyVaultUri, name },
      identity: own,
    },
    allowedTenants: tenants,
    allowedResources: [GRAPH],
    clock: systemClock,
    random,
    fetch,
    emit,
  });
  const ports: CheckPorts = {
    certificate: identity.certificate,
    tenant: home.tenantId,
    resource: GRAPH,
    applicationObjectId: objectId,
    graph: createGraph({
      cloud: clouds.global,
      tenant: home.tenantId,
      getToken: (demand) => identity.get(home.tenantId, GRAPH, demand),
      clock: systemClock,
      random,
      emit,
      settings: { retryFloorMs: 50, resourceUnitQuota: 8000, resourceUnitWindowMs: 1000 },
    }),
    runner,
    tenants,
    freshRoles: async (tenant) => (await identity.forceRefresh(tenant, GRAPH)).roles,
    consentUrl: (tenant) => adminConsentUrl("login.microsoftonline.com", tenant, appId),
    askForRoll: async (message) => void asked.push(message),
    clock: { ...systemClock, now: () => Date.now() + aheadMs.value },
    emit,
  };
  const note = (line: string): void => void notes.push(line);
  const roll: Rig["roll"] = (announced) =>
    rollCertificate(ports, { kind: "roll", announced }, note);
  return {
    ports,
    identity,
    runner,
    events,
    notes,
    asked,
    appId,
    make: async (policy = {}) => {
      // The vault's times have whole seconds, and decide which version is the newest.
      await nextSecond();
      return control.createCertificate({
        vault: home.vaultName,
        name,
        policy: { contentType: "application/x-pem-file", ...policy },
      });
    },
    registered: async () =>
      (await control.listCertificates({ appId })).map(({ thumbprint }) => thumbprint),
    records: () => {
      const found = runner.blobs.get(`${home.tenantId}/certificates.json`);
      if (found === undefined) return [];
      return (JSON.parse(found.bytes.toString()) as { keys: KeyRecord[] }).keys;
    },
    roll,
    rollThrough: async () => {
      for (let times = 0; (await roll()).state === "again"; times++) {
        if (times === 20) throw new Error(notes.join("\n"));
      }
    },
    check: () => checkCertificate(ports, note),
    pass: (hours) => void (aheadMs.value += hours * HOUR_MS),
    restart: () => instance(cloud!, place),
  };
}
