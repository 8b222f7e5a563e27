/** A user of a tenant's directory, as far as signing in needs it. */
export interface Person {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly mail: string | undefined;
  readonly accountEnabled: boolean;
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
}

/** A directory without users. */
export const nobody: People = {
  find: () => undefined,
  list: () => [],
  appRolesOf: () => [],
};
