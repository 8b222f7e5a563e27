/** One cloud's names, which move together: a token of one cloud is worth nothing in another. */
export interface Cloud {
  readonly loginHost: string;
  readonly graphHost: string;
  readonly vaultSuffix: string;
  readonly storageSuffix: string;
  /** The audience a federated credential in this cloud expects. */
  readonly federationAudience: string;
}

export type CloudName = "global" | "usgov-l4" | "usgov-l5" | "china";

/** Hosts: microsoft-graph-docs-contrib concepts/deployments.md; vault and storage: ms-rest-azure-env 2.0.0. */
export const clouds: Readonly<Record<CloudName, Cloud>> = {
  global: {
    loginHost: "login.microsoftonline.com",
    graphHost: "graph.microsoft.com",
    vaultSuffix: "vault.azure.net",
    storageSuffix: "core.windows.net",
    federationAudience: "api://AzureADTokenExchange",
  },
  "usgov-l4": {
    loginHost: "login.microsoftonline.us",
    graphHost: "graph.microsoft.us",
    vaultSuffix: "vault.usgovcloudapi.net",
    storageSuffix: "core.usgovcloudapi.net",
    federationAudience: "api://AzureADTokenExchangeUSGov",
  },
  "usgov-l5": {
    loginHost: "login.microsoftonline.us",
    graphHost: "dod-graph.microsoft.us",
    vaultSuffix: "vault.usgovcloudapi.net",
    storageSuffix: "core.usgovcloudapi.net",
    federationAudience: "api://AzureADTokenExchangeUSGov",
  },
  china: {
    // Entra's own name; MSAL sends requests for the older login.chinacloudapi.cn there as well.
    loginHost: "login.partner.microsoftonline.cn",
    graphHost: "microsoftgraph.chinacloudapi.cn",
    vaultSuffix: "vault.azure.cn",
    storageSuffix: "core.chinacloudapi.cn",
    federationAudience: "api://AzureADTokenExchangeChina",
  },
};
