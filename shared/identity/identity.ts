import type { Clock } from "../core/clock.ts";
import type { Cloud } from "../core/clouds.ts";
import { OperatorError } from "../core/errors.ts";
import type { Emit } from "../core/telemetry.ts";
import { createServerClock } from "./certificate/server-clock.ts";
import { type CredentialSettings, openCredential } from "./open-credential.ts";
import { type OwnCertificate, createOwnCertificate } from "./own-certificate.ts";
import { EntraRefused, createNetworkClient } from "./token/network-client.ts";
import { type Fetch, createPatientFetch } from "./token/patient-fetch.ts";
import { checkResource, toResource } from "./token/scope.ts";
import { checkTenant } from "./token/tenant.ts";
import { createTokenRequest } from "./token/token-request.ts";
import { type TokenSlot, createTokenSlot } from "./token/token-slot.ts";
import type { AccessToken, TokenCounters, TokenDemand, Tokens } from "./token/types.ts";

export interface IdentityOptions {
  readonly cloud: Cloud;
  readonly clientId: string;
  readonly credential: CredentialSettings;
  /** Tenant ids, the home tenant's first. */
  readonly allowedTenants: readonly string[];
  /** App ID URIs: Graph's, and those of one's own APIs. */
  readonly allowedResources: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: Fetch;
  readonly emit: Emit;
}

/** The face of this folder. */
export interface Identity extends Tokens {
  /**
   * The home tenant's tokens for one resource, a company's own API for instance, by the same cache and
   * with the same guarantees as Graph's: `const token = tokens.for("api://hr"); await token()`.
   * @throws OperatorError SCOPE_INVALID, RESOURCE_NOT_ALLOWED
   */
  for(resource: string): (demand?: TokenDemand) => Promise<AccessToken>;
  /** A new token, whatever is held: a permission was granted. @throws as `get` does */
  forceRefresh(tenant: string, resource: string): Promise<AccessToken>;
  counters(): Readonly<TokenCounters>;
  /** Looks at the vault for a new version now: one was announced. Nothing without a certificate. */
  rereadCertificate(): Promise<void>;
  /** The certificate it signs in with; absent where the credential is another. */
  readonly certificate?: OwnCertificate;
}

/**
 * Tokens of one app: one slot per tenant and resource, in front of MSAL.
 *
 * The cache is this instance's own on purpose: a token kept anywhere else would be a secret to guard
 * there, an instance needs one token an hour per resource, and no network call is as dependable as none.
 *
 * @throws OperatorError SETTINGS_INVALID, SCOPE_INVALID for settings that can never work.
 */
export function createIdentity(options: IdentityOptions): Identity {
  const { cloud, clientId, clock, random, emit } = options;
  const tenants = new Set(options.allowedTenants.map((tenant) => tenant.toLowerCase()));
  const resources = new Set(options.allowedResources.map(toResource));
  const serverClock = createServerClock(clock);
  const { credential, certificate } = openCredential(options.credential, {
    cloud,
    clientId,
    random,
    emit,
    clock: serverClock,
  });
  const send = createPatientFetch({
    fetch: options.fetch,
    clock,
    random,
    onDate: (...seen) => serverClock.observe(...seen),
  });
  const network = createNetworkClient(send);
  const asked = { cloud, clientId, network, clock: serverClock };
  const request = createTokenRequest({ ...asked, credential });
  const slots = new Map<string, TokenSlot>();
  const counters: TokenCounters = {
    hits: 0,
    acquired: { cold: 0, refresh: 0, rejected: 0, claims: 0, forced: 0 },
    rollOvers: 0,
    failed: 0,
    servedThroughFailure: 0,
  };
  let lastThumbprint: string | undefined;

  /** The certificate before this one, where it is another. */
  function rolledFrom(thumbprint: string | undefined): { rolledFrom?: string } {
    const before = lastThumbprint;
    lastThumbprint = thumbprint;
    if (before === undefined || before === thumbprint) return {};
    counters.rollOvers++;
    return { rolledFrom: before };
  }

  function openSlot(tenant: string, resource: string): TokenSlot {
    return createTokenSlot({
      clock,
      random,
      acquire: ({ claims }) => request({ tenant, resource, claims }),
      onHit: () => counters.hits++,
      onAcquired: (reason, { expiresAtMs, thumbprint }) => {
        counters.acquired[reason]++;
        const expiresInSeconds = Math.round((expiresAtMs - clock.now()) / 1000);
        const event = { tenant, resource, reason, expiresInSeconds };
        const by = thumbprint && { thumbprint, ...rolledFrom(thumbprint) };
        emit({ event: "token.acquired", ...event, ...by });
      },
      onFailed: (_, error, heldTokenServed) => {
        counters.failed++;
        if (heldTokenServed) counters.servedThroughFailure++;
        const event = { tenant, resource, heldTokenServed, ...codesOf(error) };
        emit({ event: "token.failed", ...event });
      },
    });
  }

  /** @throws OperatorError TENANT_NOT_ALLOWED, SCOPE_INVALID, RESOURCE_NOT_ALLOWED */
  function slotOf(tenant: string, resource: string): TokenSlot {
    // Only what passed the checks is in the map, so that a hit costs no check.
    const hit = slots.get(`${tenant} ${resource}`);
    if (hit) return hit;
    const checkedTenant = checkTenant(tenant, tenants);
    const checkedResource = toResource(resource);
    checkResource(checkedResource, resources);
    const name = `${checkedTenant} ${checkedResource}`;
    const slot = slots.get(name) ?? openSlot(checkedTenant, checkedResource);
    slots.set(name, slot);
    return slot;
  }

  /** Not an async function: a hit returns the promise that the slot holds. */
  const get: Identity["get"] = (tenant, resource, demand) => {
    try {
      return slotOf(tenant, resource).get(demand);
    } catch (error) {
      return Promise.reject(error);
    }
  };

  return {
    get,
    for: (resource) => {
      const [home = ""] = options.allowedTenants;
      const slot = slotOf(home, resource);
      return (demand) => slot.get(demand);
    },
    forceRefresh: async (tenant, resource) => await slotOf(tenant, resource).forceRefresh(),
    counters: () => counters,
    rereadCertificate: async () => await certificate?.versions.reread(),
    ...(certificate && {
      certificate: createOwnCertificate({
        ...certificate,
        clock: serverClock,
        request: (by, target) =>
          createTokenRequest({ ...asked, credential: by })({ ...target, claims: undefined }),
      }),
    }),
  };
}

function codesOf(error: unknown): { code: string; aadsts?: string } {
  if (!(error instanceof OperatorError)) return { code: "UNEXPECTED" };
  const number = error.cause instanceof EntraRefused ? error.cause.refusal.codes[0] : undefined;
  return { code: error.code, ...(number !== undefined && { aadsts: `AADSTS${number}` }) };
}
