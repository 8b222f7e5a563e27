/** A public client of Microsoft's own. It gets its service principal at the first sign-in in a tenant. */
export interface FirstPartyClient {
  readonly appId: string;
  readonly displayName: string;
  readonly redirectUris: readonly string[];
  /**
   * What it may do on behalf of everybody without consent, by the resource's application id; undefined
   * if it asks for consent as other clients do.
   */
  readonly preAuthorized?: Readonly<Record<string, readonly string[]>>;
  /** Its refresh tokens are good for every client of the family (`foci`). */
  readonly isFamily: boolean;
}

/** Resource Manager, Key Vault, storage and SQL. */
const azure = Object.fromEntries(
  [
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
    "022907d3-0f1b-48f7-badc-1ba6abab6d66",
  ].map((appId) => [appId, ["user_impersonation"]]),
);

/** Clients of tools that sign people in (the scopes of their tokens as seen in public issues). */
export const firstPartyClients: readonly FirstPartyClient[] = [
  {
    appId: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    displayName: "Microsoft Azure CLI",
    redirectUris: ["http://localhost"],
    preAuthorized: {
      ...azure,
      "00000003-0000-0000-c000-000000000000": [
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "AuditLog.Read.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.AccessAsUser.All",
        "email",
        "Group.ReadWrite.All",
        "openid",
        "profile",
        "User.Read.All",
        "User.ReadWrite.All",
      ],
    },
    isFamily: true,
  },
  {
    appId: "1950a258-227b-4e31-a9cf-717495945fc2",
    displayName: "Microsoft Azure PowerShell",
    redirectUris: ["http://localhost"],
    preAuthorized: {
      ...azure,
      "00000003-0000-0000-c000-000000000000": [
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "AuditLog.Read.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.AccessAsUser.All",
        "email",
        "Group.ReadWrite.All",
        "openid",
        "profile",
        "User.Read.All",
      ],
    },
    isFamily: true,
  },
  {
    appId: "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    displayName: "Microsoft Graph Command Line Tools",
    redirectUris: ["http://localhost"],
    isFamily: false,
  },
];

/** The client of Microsoft's own with this application id. */
export const firstPartyClient = (appId: string): FirstPartyClient | undefined =>
  firstPartyClients.find((client) => client.appId === appId.toLowerCase());
