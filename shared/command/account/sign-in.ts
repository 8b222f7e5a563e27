import {
  AzureCliCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from "@azure/identity";

import type { Cloud } from "../../core/clouds.ts";

/** The ways in which an operator signs in. */
export const hows = ["cli", "environment", "managed-identity"] as const;
/** One of them. */
export type How = (typeof hows)[number];

/** Who the command acts as. */
export interface SignIn {
  readonly how: How;
  readonly credential: TokenCredential;
}

/**
 * The operator's own sign-in. One way is chosen before anything is sent, by what is set, and its failure
 * is final: a chain that tries one after the other would act as somebody else if the first one failed.
 *
 * - `environment`: AZURE_TENANT_ID and AZURE_CLIENT_ID are set, as in a pipeline.
 * - `managed-identity`: IDENTITY_ENDPOINT is set, so this runs on an Azure service.
 * - `cli`: otherwise, who `az login` signed in.
 */
export function chooseSignIn(
  how: How | "auto",
  cloud: Cloud,
  environment: Readonly<Record<string, string | undefined>>,
): SignIn {
  const chosen = how === "auto" ? suggested(environment) : how;
  return { how: chosen, credential: credentialOf(chosen, cloud, environment) };
}

function suggested(environment: Readonly<Record<string, string | undefined>>): How {
  if (environment["AZURE_TENANT_ID"] && environment["AZURE_CLIENT_ID"]) return "environment";
  return environment["IDENTITY_ENDPOINT"] ? "managed-identity" : "cli";
}

function credentialOf(
  how: How,
  cloud: Cloud,
  environment: Readonly<Record<string, string | undefined>>,
): TokenCredential {
  if (how === "cli") return new AzureCliCredential();
  if (how === "environment") {
    return new EnvironmentCredential({ authorityHost: `https://${cloud.loginHost}` });
  }
  const clientId = environment["AZURE_CLIENT_ID"];
  return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
}
