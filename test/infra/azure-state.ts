/** What the recorded Azure knows. */
export interface AzureState {
  /** Resource groups and the tag that deploy.sh gives them. */
  groups: Record<string, string>;
  deployed: string[];
  /** What the last deployment ended with; a failed one has no outputs. */
  deploymentFailed: boolean;
  /** Names by resource type; the first deployment makes them. */
  resources: Record<string, string>;
  /** Versions of the Azure CLI and of Bicep. */
  versions: { cli: string; bicep: string };
  /** Resource providers that are registered. */
  providers: readonly string[];
  /** Regions with Flex Consumption. */
  regions: readonly string[];
  /** Names of locks on the group or in it. */
  locks: string[];
  /** What the account may do on the group: actions and what is taken from them. */
  rights: readonly (readonly [actions: string, excluded: string])[];
  deletedVaults: string[];
  /** Object id and client id of deleted applications; object ids of their service principals. */
  deletedApplications: (readonly [id: string, client: string])[];
  deletedPrincipals: string[];
  /** Whether the application is there; its client id is an output. */
  hasApplication: boolean;
  principalEnabled: boolean;
  appState: "Running" | "Stopped";
  /** Application settings; a deployment replaces them all. */
  settings: Record<string, string>;
  certificates: string[];
  /** Base64 DER of the certificate that the vault hands out, and the thumbprint it claims. */
  certificate: string;
  thumbprint: string;
  /** Thumbprints registered at the application. */
  keys: string[];
  granted: readonly string[];
  /** Start of a command → error outputs still to come, one a call, before it succeeds. */
  failures: Record<string, string[]>;
  /** The call of a run, counted from 0, that is refused for lack of rights. */
  refusedCall: number | undefined;
  /** Functions that the app shows. */
  functions: readonly string[];
  outputs: Record<string, string | readonly string[]>;
  userType: "user" | "servicePrincipal";
  directoryRoles: string[];
  customRoles: string[];
}

export interface Answer {
  readonly status: number;
  readonly out: readonly string[];
  readonly errors: readonly string[];
}
