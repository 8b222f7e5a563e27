import { clouds, type Cloud } from "../../../shared/core/clouds.ts";
import { graphAppRoles } from "./graph-app-roles.ts";
import { graphScopes } from "./graph-scopes.ts";
import type { AppRole, DelegatedScope } from "./model.ts";

/** A resource owned by Microsoft, with a service principal in every tenant of the local cloud. */
export interface WellKnownResource {
  readonly appId: string;
  readonly displayName: string;
  /** Identifier URIs, without a trailing slash: requests with and without one get the same answer. */
  readonly uris: readonly string[];
  readonly appRoles: readonly AppRole[];
  readonly delegatedScopes: readonly DelegatedScope[];
}

/** The only delegated permission of most services: to act as the person. */
const impersonation = (id: string): readonly DelegatedScope[] => [
  { id, value: "user_impersonation", type: "User" },
];

const roles = (values: Readonly<Record<string, string>>): readonly AppRole[] =>
  Object.entries(values).map(([value, id]) => ({ id, value }));

/**
 * Those resources under their names in one cloud: another cloud's Graph, vault or token exchange does
 * not exist there (microsoft-graph-docs-contrib concepts/deployments.md). Clouds that share a login host
 * count as one.
 */
export function resourcesIn({ loginHost }: Cloud): readonly WellKnownResource[] {
  const all = Object.values(clouds);
  const own = all.filter((cloud) => cloud.loginHost === loginHost).flatMap(namesIn);
  const foreign = all.flatMap(namesIn).filter((name) => !own.includes(name));
  return wellKnownResources.map((resource) => ({
    ...resource,
    uris: resource.uris.filter((uri) => !foreign.includes(uri)),
  }));
}

const namesIn = ({ graphHost, vaultSuffix, federationAudience }: Cloud): readonly string[] => [
  `https://${graphHost}`,
  `https://${vaultSuffix}`,
  federationAudience,
];

/** First-party resources that such a daemon requests; app ids are the same in every tenant. */
const wellKnownResources: readonly WellKnownResource[] = [
  {
    appId: "00000003-0000-0000-c000-000000000000",
    displayName: "Microsoft Graph",
    uris: [
      "https://graph.microsoft.com",
      "https://graph.microsoft.us",
      "https://dod-graph.microsoft.us",
      "https://microsoftgraph.chinacloudapi.cn",
    ],
    appRoles: roles(graphAppRoles),
    delegatedScopes: graphScopes,
  },
  {
    appId: "e406a681-f3d4-42a8-90b6-c2b029497af1",
    displayName: "Azure Storage",
    uris: ["https://storage.azure.com"],
    appRoles: [],
    delegatedScopes: impersonation("03e0da56-190b-40ad-a80c-ea378c433f7f"),
  },
  {
    appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    displayName: "Azure Key Vault",
    uris: ["https://vault.azure.net", "https://vault.usgovcloudapi.net", "https://vault.azure.cn"],
    appRoles: [],
    delegatedScopes: impersonation("f53da476-18e3-4152-8e01-aec403e6edc0"),
  },
  {
    appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    displayName: "Windows Azure Service Management API",
    uris: [
      "https://management.core.windows.net",
      "https://management.azure.com",
      "https://management.core.usgovcloudapi.net",
      "https://management.usgovcloudapi.net",
      "https://management.core.chinacloudapi.cn",
      "https://management.chinacloudapi.cn",
    ],
    appRoles: [],
    delegatedScopes: impersonation("41094075-9dad-400e-a0bd-54e686782033"),
  },
  {
    appId: "022907d3-0f1b-48f7-badc-1ba6abab6d66",
    displayName: "Azure SQL Database",
    uris: ["https://database.windows.net"],
    appRoles: [],
    delegatedScopes: impersonation("c39ef2d1-04ce-46dc-8b5f-e9a5c60f0fc9"),
  },
  {
    appId: "fb60f99c-7a34-4190-8149-302f77469936",
    displayName: "AAD Token Exchange",
    uris: [
      "api://AzureADTokenExchange",
      "api://AzureADTokenExchangeUSGov",
      "api://AzureADTokenExchangeChina",
    ],
    appRoles: [],
    delegatedScopes: [],
  },
];

export const graphResourceAppId = "00000003-0000-0000-c000-000000000000";
/** Azure AD Graph, retired. */
export const olderGraphAppId = "00000002-0000-0000-c000-000000000000";
export const tokenExchangeAppId = "fb60f99c-7a34-4190-8149-302f77469936";
