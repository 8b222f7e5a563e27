import { randomBytes } from "node:crypto";

import { clouds, type Cloud } from "../../shared/core/clouds.ts";
import { seededRandom } from "../core/seeded-random.ts";
import type { CloudSettings } from "./cloud-control.ts";
import { createTokenSigner } from "./entra/access-token.ts";
import { createEntraState, type EntraState } from "./entra/entra-state.ts";
import { createEntra } from "./entra/entra.ts";
import { createIssuers } from "./entra/federation.ts";
import type { People } from "./entra/people/person.ts";
import { createRegistry, type Registry } from "./entra/registry.ts";
import { createTokenVerifier } from "./entra/verify-token.ts";
import { graphResourceAppId } from "./entra/well-known.ts";
import { createFaults, type Faults } from "./faults/faults.ts";
import { createFront, type Front } from "./front.ts";
import { createGraphApp, USUAL_LATENCY, type GraphApp } from "./graph/graph.ts";
import { hostNames, type HostNames } from "./host-names.ts";
import { createLatency, type Latency } from "./http/latency.ts";
import { createKeyVault, type KeyVault } from "./key-vault/key-vault.ts";
import type { CertificateVersionEntry, Vault } from "./key-vault/model.ts";
import { certificateNewVersionCreated } from "./key-vault/vault-events.ts";
import type { CloudOptions } from "./local-cloud.ts";
import {
  createManagedIdentityEndpoint,
  type ManagedIdentityEndpoint,
} from "./managed-identity/managed-identity.ts";
import { createManagement } from "./management/management.ts";

/** All services with their state, without sockets; the control works on it. */
export interface World {
  readonly cloud: Cloud;
  readonly names: HostNames;
  readonly speed: number;
  readonly now: () => number;
  readonly registry: Registry;
  readonly state: EntraState;
  readonly keyVault: KeyVault;
  readonly identity: ManagedIdentityEndpoint;
  readonly identitySecret: string;
  readonly graph: GraphApp;
  readonly faults: Faults;
  readonly latency: Latency;
  readonly front: Front;
  readonly initialSettings: CloudSettings;
  /** Issues a token without a sign-in. @throws TypeError for an unknown principal or resource */
  issueToken(tenantId: string, appId: string, resource: string, lifetimeSeconds: number): string;
  /** Delivers the event of a new certificate version to the subscriber. */
  announce(vault: Vault, name: string, version: CertificateVersionEntry): Promise<void>;
  /** Subscribes to vault events; there is only one subscriber. */
  subscribe(deliver: (event: unknown) => Promise<void>): void;
}

const now = (): number => Date.now();

/** Creates the services of one local cloud, without a tenant. */
export async function createWorld(options: CloudOptions): Promise<World> {
  const { speed = 10, seed = 1, latency: hasLatency = true } = options;
  const cloud = clouds[options.cloud ?? "global"];
  const names = hostNames(cloud);

  const registry = createRegistry(now, cloud);
  const signer = await createTokenSigner(cloud, now);
  // Users are Graph's, and Graph verifies the tokens that are signed here.
  const people: People = {
    find: (...given) => graph.people.find(...given),
    list: (...given) => graph.people.list(...given),
    appRolesOf: (...given) => graph.people.appRolesOf(...given),
    consentedTo: (...given) => graph.people.consentedTo(...given),
    consentForAll: (...given) => graph.people.consentForAll(...given),
    consent: (...given) => graph.people.consent(...given),
    noteSignIn: (...given) => graph.people.noteSignIn(...given),
  };
  const state = createEntraState(
    { cloud, registry, signer, issuers: createIssuers(), people, now },
    seededRandom(seed),
  );
  const verifyToken = createTokenVerifier({ signer, registry, cloud, now });
  const retryAfter = (seconds: number): string => String(Math.max(1, Math.ceil(seconds / speed)));
  const faults = createFaults(seededRandom(seed + 1));
  const latency = createLatency(seededRandom(seed + 2), speed, hasLatency);
  const identitySecret = randomBytes(16).toString("hex").toUpperCase();
  const identity = createManagedIdentityEndpoint(state, identitySecret);

  let deliver: ((event: unknown) => Promise<void>) | undefined;
  const announce: World["announce"] = async (vault, name, version) => {
    const vaultUrl = `https://${vault.name}.${cloud.vaultSuffix}`;
    // The event schema of the deployment's subscription (infra/modules/certificate-events.bicep).
    const schema = "CloudEventSchemaV1_0";
    await deliver?.(
      certificateNewVersionCreated(vault, name, version, { schema, vaultUrl, nowMs: now() }),
    );
  };
  const keyVault = createKeyVault({
    cloud,
    verifyToken,
    now,
    retryAfter,
    onNewVersion: (vault, name, version) => void announce(vault, name, version),
  });

  const graphUrl = `https://${cloud.graphHost}`;
  const { seed: _people, conditions, ...graphOptions } = options.graph ?? {};
  const graph = createGraphApp({
    ...graphOptions,
    seed,
    speed,
    registry,
    conditions: { latency: hasLatency ? USUAL_LATENCY : undefined, ...conditions },
    verifyToken: (authorization) =>
      verifyToken(authorization, [graphUrl, `${graphUrl}/`, graphResourceAppId]),
  });
  const entra = createEntra(state);
  const front = createFront({
    services: {
      login: entra,
      graph,
      vault: keyVault,
      identity,
      management: createManagement(registry, verifyToken, now),
    },
    names,
    faults,
    latency,
    retryAfter,
  });

  return {
    cloud,
    names,
    speed,
    now,
    registry,
    state,
    keyVault,
    identity,
    identitySecret,
    graph,
    faults,
    latency,
    front,
    initialSettings: {
      login: {
        tokenLifetimeSeconds: null,
        clockSkewSeconds: 0,
        keyReplicationSeconds: 0,
        refuseRepeatedJti: false,
        signedIn: null,
      },
      vault: { ...keyVault.settings },
      identity: { ...identity.settings },
      latency: hasLatency,
    },
    issueToken(tenantId, appId, resource, lifetimeSeconds) {
      const principal = registry.servicePrincipal(tenantId, appId);
      const target = registry.resource(tenantId, resource);
      if (principal === undefined || target === undefined)
        throw new TypeError(`No ${principal === undefined ? appId : resource} in ${tenantId}.`);
      return signer.sign({
        tenantId,
        principal,
        resource: target,
        requestedAudience: resource,
        proof: "assertion",
        lifetimeSeconds,
        isCaeClient: false,
        host: cloud.loginHost,
      });
    },
    announce,
    subscribe(subscriber) {
      deliver = subscriber;
    },
  };
}
