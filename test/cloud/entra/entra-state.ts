import type { Cloud } from "../../../shared/core/clouds.ts";
import type { TokenSigner } from "./access-token.ts";
import type { Issuers } from "./federation.ts";
import { createDeviceCodes, type DeviceCodes } from "./people/device-codes.ts";
import type { People } from "./people/person.ts";
import { createSignIns, type SignIns } from "./people/sign-ins.ts";
import type { Registry } from "./registry.ts";

/** Settings that a test may change while Entra runs (CloudSettings.login). */
interface LoginSettings {
  tokenLifetimeSeconds: number | undefined;
  clockSkewSeconds: number;
  keyReplicationSeconds: number;
  refuseRepeatedJti: boolean;
  signedIn: string | undefined;
}

/** State that the endpoints of login.microsoftonline.com share. */
export interface EntraState {
  readonly cloud: Cloud;
  readonly registry: Registry;
  readonly signer: TokenSigner;
  readonly issuers: Issuers;
  readonly people: People;
  readonly signIns: SignIns;
  readonly deviceCodes: DeviceCodes;
  readonly settings: LoginSettings;
  readonly now: () => number;
  /** Entra's clock: this machine's plus the skew that a test has set. */
  readonly loginNow: () => number;
  /** Lifetime of the next access token; longer for clients with continuous access evaluation. */
  nextLifetimeSeconds(isCaeClient: boolean): number;
  isFirstUse(jti: string): boolean;
}

/** Creates the shared state; `random` is seeded, so that token lifetimes are repeatable. */
export function createEntraState(
  given: Pick<EntraState, "cloud" | "registry" | "signer" | "issuers" | "people" | "now">,
  random: () => number,
): EntraState {
  const settings: LoginSettings = {
    tokenLifetimeSeconds: undefined,
    clockSkewSeconds: 0,
    keyReplicationSeconds: 0,
    refuseRepeatedJti: false,
    signedIn: undefined,
  };
  const seen = new Set<string>();
  return {
    ...given,
    settings,
    signIns: createSignIns(),
    deviceCodes: createDeviceCodes(),
    loginNow: () => given.now() + settings.clockSkewSeconds * 1000,
    nextLifetimeSeconds(isCaeClient) {
      if (settings.tokenLifetimeSeconds !== undefined) return settings.tokenLifetimeSeconds;
      // 60 to 90 minutes at random; 20 to 28 hours under continuous access evaluation
      // (configurable-token-lifetimes.md, concept-continuous-access-evaluation-workload.md).
      return isCaeClient
        ? Math.floor(72_000 + random() * 28_800)
        : Math.floor(3600 + random() * 1800) - 1;
    },
    isFirstUse(jti) {
      if (seen.has(jti)) return false;
      seen.add(jti);
      return true;
    },
  };
}
