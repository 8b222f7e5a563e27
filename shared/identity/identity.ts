import type { Clock } from "../core/clock.ts";
import type { Cloud } from "../core/clouds.ts";
import type { Certificate } from "../core/contracts/certificate.ts";
import type { TokenDemand } from "../core/contracts/token-demand.ts";
import { createPause } from "../core/pause.ts";
import type { Emit } from "../core/telemetry.ts";
import { createServerClock } from "./certificate/server-clock.ts";
import { type CredentialSettings, openCredential } from "./open-credential.ts";
import { createOwnCertificate } from "./own-certificate.ts";
import { createTokenReport } from "./slot/token-report.ts";
import { type TokenSlot, createTokenSlot } from "./slot/token-slot.ts";
import { createTokenSlots } from "./slot/token-slots.ts";
import { abortable } from "./token/abortable.ts";
import { withinDeadline } from "./token/deadline.ts";
import { type Fetch, createPatientFetch } from "./token/patient-fetch.ts";
import { createTokenRequest } from "./token/token-request.ts";
import type { AccessToken, TokenCounters, Tokens } from "./token/types.ts";

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

/** What the rest of the product uses of this folder. */
export interface Identity extends Tokens {
  /**
   * The home tenant's tokens for one resource, for example a company's own API, from the same cache and
   * with the same guarantees as Graph's: `const token = tokens.for("api://hr"); await token()`.
   * @throws OperatorError SCOPE_INVALID, RESOURCE_NOT_ALLOWED
   */
  for(resource: string): (demand?: TokenDemand) => Promise<AccessToken>;
  /**
   * A new token even if one is held, because a permission was granted; after five in a minute the held
   * one. @throws as `get` does
   */
  forceRefresh(tenant: string, resource: string): Promise<AccessToken>;
  counters(): Readonly<TokenCounters>;
  /** Looks in the vault for a new version now, because one was announced. */
  rereadCertificate(): Promise<void>;
  /** The certificate it signs in with; absent if it signs in by another credential. */
  readonly certificate?: Certificate;
}

/**
 * Tokens of one app: one slot per tenant and resource, in front of MSAL.
 *
 * Each instance has a cache of its own on purpose. A token kept elsewhere would be a secret to protect
 * there, an instance needs one token an hour for each resource, and a local cache cannot fail.
 *
 * @throws OperatorError SETTINGS_INVALID, SCOPE_INVALID for settings that can never work.
 */
export function createIdentity(options: IdentityOptions): Identity {
  const { clock, random } = options;
  const { request, certificate, versions } = createSignIn(options);
  const report = createTokenReport(clock, safely(options.emit));
  const slotOf = createTokenSlots({
    ...options,
    open: (tenant, resource) =>
      createTokenSlot({
        clock,
        random,
        acquire: ({ claims }) =>
          withinDeadline(clock, (signal) => request({ tenant, resource, claims, signal })),
        ...report.listenersFor(tenant, resource),
      }),
  });

  return {
    // Not an async function: a hit returns the promise that the slot holds.
    get: (tenant, resource, demand) => {
      try {
        return served(slotOf(tenant, resource), demand);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    for: (resource) => {
      const [home = ""] = options.allowedTenants;
      const slot = slotOf(home, resource);
      return (demand) => served(slot, demand);
    },
    forceRefresh: async (tenant, resource) => await slotOf(tenant, resource).forceRefresh(),
    counters: () => report.counters,
    rereadCertificate: async () => await versions?.reread(),
    ...(certificate && { certificate }),
  };
}

const served = (slot: TokenSlot, demand: TokenDemand | undefined): Promise<AccessToken> =>
  demand?.signal ? abortable(slot.get(demand), demand.signal) : slot.get(demand);

/** Telemetry that cannot fail a sign-in: an error of `emit` is dropped. */
function safely(emit: Emit): Emit {
  return (event) => {
    try {
      emit(event);
    } catch {
      // Nothing is left to report it with.
    }
  };
}

/** What sends token requests: the credential, the network and the server's clock. */
function createSignIn(options: IdentityOptions) {
  const { cloud, clientId, clock, random, fetch } = options;
  const emit = safely(options.emit);
  const serverClock = createServerClock(clock);
  const surroundings = { cloud, clientId, random, emit, clock: serverClock };
  const { credential, certificate } = openCredential(options.credential, surroundings);
  const send = createPatientFetch({ fetch, clock, random });
  const pause = createPause(clock);
  const asked = { cloud, clientId, send, pause, clock: serverClock };
  return {
    request: createTokenRequest({ ...asked, credential }),
    versions: certificate?.versions,
    certificate:
      certificate &&
      createOwnCertificate({
        ...certificate,
        clock: serverClock,
        request: (by, target) => createTokenRequest({ ...asked, credential: by })(target),
      }),
  };
}
