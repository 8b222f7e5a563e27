/** A user of a tenant's directory, as far as signing in needs it. */
export interface Person {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly mail: string | undefined;
  readonly accountEnabled: boolean;
  readonly isGuest: boolean;
  /** The template ids of the directory roles that the person holds. */
  readonly directoryRoles: readonly string[];
  /** Tokens from before this time were revoked (revokeSignInSessions). */
  readonly sessionsValidFromMs: number;
}

/** The people who can sign in: Graph's users, which have only one copy. */
export interface People {
  /** The user with this id or user principal name. */
  find(tenantId: string, idOrName: string): Person | undefined;
  /** The first `most` users. */
  list(tenantId: string, most: number): readonly Person[];
  /**
   * The ids of the resource's app roles that the person has, directly or as a direct member of a group
   * (howto-add-app-roles-in-apps: nested groups do not count).
   */
  appRolesOf(tenantId: string, personId: string, resourceId: string): readonly string[];
  /** The delegated permissions that a client has by consent: everybody's, and the person's own. */
  consentedTo(consent: Consent): readonly string[];
  /** Adds to the person's own consent. */
  consent(consent: Consent, scopes: readonly string[]): void;
  /** An administrator's consent for everybody. */
  consentForAll(consent: Omit<Consent, "personId">, scopes: readonly string[]): void;
  /** Keeps the sign-in in the tenant's log and as the user's last activity. */
  noteSignIn(tenantId: string, event: SignInEvent): void;
}

/** Which client may act for which person at which resource; client and resource by service principal. */
export interface Consent {
  readonly tenantId: string;
  readonly personId: string;
  readonly clientId: string;
  readonly resourceId: string;
}

/** One attempt of a person to sign in, or one token without the person's doing. */
export interface SignInEvent {
  readonly person: Pick<Person, "id" | "userPrincipalName" | "displayName">;
  readonly appId: string;
  readonly appDisplayName: string;
  readonly resourceAppId: string;
  readonly resourceDisplayName: string;
  readonly correlationId: string;
  readonly userAgent: string | undefined;
  readonly isInteractive: boolean;
  /** The AADSTS number, 0 for success, and its text. */
  readonly errorCode: number;
  readonly failureReason: string | null;
}

/** A directory without users. */
export const nobody: People = {
  find: () => undefined,
  list: () => [],
  appRolesOf: () => [],
  consentedTo: () => [],
  consent: () => undefined,
  consentForAll: () => undefined,
  noteSignIn: () => undefined,
};
