import type { SignInEvent } from "../../entra/people/person.ts";
import type { Directory } from "../store/directory.ts";
import type { Values } from "../store/entity.ts";
import { guidOf } from "../store/ids.ts";
import { Ring } from "./ring.ts";

/** One interactive sign-in of a person. */
export interface SignIn {
  readonly event: SignInEvent;
  readonly atMs: number;
  readonly id: string;
}

const MOST_KEPT = 20_000;

/** The sign-ins of one tenant's people, and each one's last activity. */
export class SignInLog {
  readonly entries = new Ring<SignIn>(MOST_KEPT);
  readonly #directory: Directory;
  readonly #seed: number;
  #noted = 0;

  constructor(directory: Directory, seed: number) {
    this.#directory = directory;
    this.#seed = seed ^ 0x5196;
  }

  /** Attempts count too; v1.0 lists the interactive ones only (resources/signinactivity, signin-list). */
  add(event: SignInEvent, atMs: number): void {
    this.#noted += 1;
    const id = guidOf(this.#seed, this.#noted);
    if (event.isInteractive) this.entries.add({ event, atMs, id });
    const user = this.#directory.get(event.person.id);
    if (user?.kind !== "user") return;
    const at = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
    const kind = event.isInteractive ? "lastSignIn" : "lastNonInteractiveSignIn";
    const before = (user.values["signInActivity"] ?? NEVER) as Values;
    this.#directory.touch(user, {
      signInActivity: {
        ...before,
        [`${kind}DateTime`]: at,
        [`${kind}RequestId`]: id,
        ...(event.errorCode === 0 && {
          lastSuccessfulSignInDateTime: at,
          lastSuccessfulSignInRequestId: id,
        }),
      },
    });
  }
}

const NEVER: Values = {
  lastSignInDateTime: null,
  lastSignInRequestId: null,
  lastNonInteractiveSignInDateTime: null,
  lastNonInteractiveSignInRequestId: null,
  lastSuccessfulSignInDateTime: null,
  lastSuccessfulSignInRequestId: null,
};

/** The entry as Graph shows it (signin-list). Everybody signs in from this machine. */
export function shownSignIn({ event, atMs, id }: SignIn): Values {
  const isBrowser = /mozilla/i.test(event.userAgent ?? "");
  return {
    id,
    createdDateTime: new Date(atMs).toISOString(),
    userDisplayName: event.person.displayName,
    userPrincipalName: event.person.userPrincipalName,
    userId: event.person.id,
    appId: event.appId,
    appDisplayName: event.appDisplayName,
    ipAddress: "127.0.0.1",
    clientAppUsed: isBrowser ? "Browser" : "Mobile Apps and Desktop clients",
    correlationId: event.correlationId,
    conditionalAccessStatus: "notApplied",
    isInteractive: event.isInteractive,
    riskDetail: "none",
    riskLevelAggregated: "none",
    riskLevelDuringSignIn: "none",
    riskState: "none",
    riskEventTypes: [],
    riskEventTypes_v2: [],
    resourceDisplayName: event.resourceDisplayName,
    resourceId: event.resourceAppId,
    status: {
      errorCode: event.errorCode,
      failureReason: event.failureReason,
      additionalDetails: null,
    },
    deviceDetail: {
      deviceId: "",
      displayName: null,
      operatingSystem: null,
      browser: null,
      isCompliant: null,
      isManaged: null,
      trustType: null,
    },
    location: {
      city: null,
      state: null,
      countryOrRegion: null,
      geoCoordinates: { altitude: null, latitude: null, longitude: null },
    },
    appliedConditionalAccessPolicies: [],
  };
}
