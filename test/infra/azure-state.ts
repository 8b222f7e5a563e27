/** What the recorded Azure knows. */
export interface AzureState {
  /** Resource groups and the tag that deploy.sh gives them. */
  groups: Record<string, string>;
  deployed: string[];
  providerRegistered: boolean;
  certificates: string[];
  /** Base64 DER of the certificate that the vault hands out, and the thumbprint it claims. */
  certificate: string;
  thumbprint: string;
  /** Thumbprints registered at the application. */
  keys: string[];
  granted: readonly string[];
  /** Start of a command → error outputs still to come, one a call, before it succeeds. */
  failures: Record<string, string[]>;
  /** Functions that the app shows. */
  functions: number;
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
