import type { Finding } from "../bicep-file.ts";
import { finding, type Infra, resourcesOfType } from "../infra.ts";
import { at, everyValue, objectOf, type Value, written } from "../value.ts";
import type { Rule } from "./rule.ts";

/** type → path → the values allowed there, on every resource of the type. Most are open enumerations, so
 * the compiler accepts `TLS9`. */
export const hardening: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "Microsoft.Storage/storageAccounts": {
    kind: ["'StorageV2'"],
    "properties.allowSharedKeyAccess": ["false"],
    "properties.allowBlobPublicAccess": ["false"],
    "properties.allowCrossTenantReplication": ["false"],
    "properties.defaultToOAuthAuthentication": ["true"],
    "properties.isLocalUserEnabled": ["false"],
    "properties.minimumTlsVersion": ["'TLS1_2'", "'TLS1_3'"],
    "properties.supportsHttpsTrafficOnly": ["true"],
    "properties.networkAcls.defaultAction": ["'Deny' or 'Allow'"],
    "properties.networkAcls.bypass": ["'AzureServices'"],
  },
  "Microsoft.Storage/storageAccounts/blobServices/containers": {
    "properties.publicAccess": ["'None'"],
  },
  "Microsoft.KeyVault/vaults": {
    "properties.enableRbacAuthorization": ["true"],
    "properties.enableSoftDelete": ["true"],
    "properties.softDeleteRetentionInDays": ["90"],
    "properties.enablePurgeProtection": ["true"],
    "properties.enabledForDeployment": ["false"],
    "properties.enabledForDiskEncryption": ["false"],
    "properties.enabledForTemplateDeployment": ["false"],
    "properties.networkAcls.defaultAction": ["'Deny' or 'Allow'"],
  },
  "Microsoft.OperationalInsights/workspaces": {
    "properties.features.disableLocalAuth": ["true"],
  },
  "Microsoft.Insights/components": {
    "properties.DisableLocalAuth": ["true"],
  },
  "Microsoft.Web/serverfarms": {
    "sku.name": ["'FC1'"],
    "sku.tier": ["'FlexConsumption'"],
  },
  "Microsoft.Web/sites": {
    "identity.type": ["'UserAssigned'"],
    "properties.httpsOnly": ["true"],
    "properties.functionAppConfig.deployment.storage.authentication.type": [
      "'UserAssignedIdentity'",
    ],
    "properties.functionAppConfig.runtime.name": ["'node'"],
    "properties.siteConfig.minTlsVersion": ["'1.2'", "'1.3'"],
    "properties.siteConfig.scmMinTlsVersion": ["'1.2'", "'1.3'"],
    "properties.siteConfig.ipSecurityRestrictionsDefaultAction": ["'Deny'"],
    "properties.siteConfig.scmIpSecurityRestrictionsUseMain": ["false"],
  },
  "Microsoft.EventGrid/systemTopics": {
    "identity.type": ["'SystemAssigned'"],
  },
  "Microsoft.EventGrid/systemTopics/eventSubscriptions": {
    "properties.eventDeliverySchema": ["'CloudEventSchemaV1_0'"],
  },
  "Microsoft.Graph/applications": {
    "servicePrincipalLockConfiguration.isEnabled": ["true"],
    "servicePrincipalLockConfiguration.allProperties": ["true"],
  },
};

/** Properties that these types must not have. */
const absent: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Graph/applications": ["keyCredentials", "passwordCredentials", "web", "spa"],
  "Microsoft.Graph/servicePrincipals": ["keyCredentials", "passwordCredentials"],
  "Microsoft.KeyVault/vaults": ["properties.accessPolicies"],
};

export const hardened: Rule = {
  says: "no account key, local login, old TLS, public blob, inbound traffic or purge is allowed",
  findings: (infra) =>
    Object.entries(hardening).flatMap(([type, paths]) => {
      const found = resourcesOfType(infra, type);
      if (found.length === 0) return [finding("modules", 1, `no ${type} is made`)];
      return found.flatMap(({ file, it }) =>
        Object.entries(paths).flatMap(([path, allowed]) => {
          const value = written(at(it.body, ...path.split(".")));
          return allowed.includes(value)
            ? []
            : [
                finding(
                  file,
                  it.line,
                  `${type} ${path} is ${value}; it must be ${allowed.join(" or ")}`,
                ),
              ];
        }),
      );
    }),
};

export const unkeyed: Rule = {
  says: "no template touches the application's keys, and no vault has access policies",
  findings: (infra) => declaredAnyway(infra, absent, "leave it out"),
};

/** A finding for each resource that declares a property its type must not have. */
function declaredAnyway(
  infra: Infra,
  table: Readonly<Record<string, readonly string[]>>,
  why: string,
): Finding[] {
  return Object.entries(table).flatMap(([type, paths]) =>
    resourcesOfType(infra, type).flatMap(({ file, it }) =>
      paths
        .filter((path) => at(it.body, ...path.split(".")) !== undefined)
        .map((path) => finding(file, it.line, `${type} declares ${path}; ${why}`)),
    ),
  );
}

const leaks =
  /\blist(Keys|AccountSas|ServiceSas|Secrets)?\(|AccountKey=|SharedAccess|\bgetSecret\(/i;

export const secretless: Rule = {
  says: "no template reads a key, takes a secret or outputs one",
  findings: (infra) =>
    infra.bicep.flatMap((file) => [
      ...file.text
        .split("\n")
        .flatMap((text, i) =>
          leaks.test(text) ? [finding(file, i + 1, `reads a key: ${text.trim()}`)] : [],
        ),
      ...file.declarations
        .filter(
          (each) =>
            each.keyword !== "type" &&
            each.keyword !== "var" &&
            // A public key is none, and says so.
            !/^public[A-Z]/.test(each.name) &&
            /secret|password|(^|[a-z])[kK]ey(s)?$|token/i.test(each.name),
        )
        .map((each) =>
          finding(file, each.line, `${each.keyword} ${each.name} sounds like a secret`),
        ),
    ]),
};

/**
 * What an operator sets to stop something, and a template would therefore undo: `az ad sp update
 * --set accountEnabled=false`, `az functionapp stop`. docs/deploy.md has the whole list.
 */
const brakes: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Graph/servicePrincipals": ["accountEnabled"],
  "Microsoft.Web/sites": ["properties.enabled", "properties.state"],
};

export const brakesStay: Rule = {
  says: "no template undoes what an operator stopped: the service principal, the app, single functions",
  findings: (infra) => {
    const [settings] = resourcesOfType(infra, "Microsoft.Web/sites/config");
    const given = written(at(settings?.it.body, "properties"));
    return [
      ...declaredAnyway(infra, brakes, "an operator's emergency stop would be undone"),
      ...(given === "union(productSettings, disabledFunctionSettings)"
        ? []
        : [
            finding(
              settings?.file ?? "modules",
              settings?.it.line ?? 1,
              `the settings are ${given}; those that disable a function would be lost`,
            ),
          ]),
    ];
  },
};

/** learn.microsoft.com functions-app-settings, Flex Consumption plan deprecations. */
export const forbiddenOnFlex = [
  "FUNCTIONS_WORKER_RUNTIME",
  "FUNCTIONS_WORKER_RUNTIME_VERSION",
  "FUNCTIONS_EXTENSION_VERSION",
  "WEBSITE_NODE_DEFAULT_VERSION",
  "WEBSITE_RUN_FROM_PACKAGE",
  "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
  "WEBSITE_CONTENTSHARE",
  "WEBSITE_CONTENTOVERVNET",
  "WEBSITE_VNET_ROUTE_ALL",
  "WEBSITE_LOAD_CERTIFICATES",
  "WEBSITE_TIME_ZONE",
  "TZ",
  "SCM_DO_BUILD_DURING_DEPLOYMENT",
  "ENABLE_ORYX_BUILD",
  "AzureWebJobsStorage",
  "AzureWebJobsDashboard",
];

/**
 * What Flex Consumption takes of a site and of its siteConfig. It refuses others by name (error 51021:
 * FtpsState, Use32BitWorkerProcess, LinuxFxVersion …; Azure/azure-cli#31414,
 * Azure/terraform-azurerm-avm-res-web-site#345), and the resource types do not know that.
 */
const takenByFlex: Readonly<Record<string, readonly string[]>> = {
  properties: [
    "functionAppConfig",
    "httpsOnly",
    "publicNetworkAccess",
    "serverFarmId",
    "siteConfig",
    "virtualNetworkSubnetId",
  ],
  "properties.siteConfig": [
    "http20Enabled",
    "ipSecurityRestrictionsDefaultAction",
    "minTlsVersion",
    "scmIpSecurityRestrictions",
    "scmIpSecurityRestrictionsDefaultAction",
    "scmIpSecurityRestrictionsUseMain",
    "scmMinTlsVersion",
  ],
};

export const fitsFlex: Rule = {
  says: "no setting and no site property that Flex Consumption refuses or ignores, and no storage connection string",
  findings: (infra) => {
    const refused = new Set(forbiddenOnFlex);
    const settings = infra.bicep.flatMap((file) =>
      [...file.resources.map(({ body }) => body), ...file.declarations.map(({ value }) => value)]
        .flatMap((value) => (value === undefined ? [] : [...everyValue(value)]))
        .flatMap((value) => (value.kind === "object" ? value.properties : []))
        .filter(({ name }) => refused.has(name))
        .map(({ name, line }) => finding(file, line, `${name} must not be set on Flex`)),
    );
    const site = resourcesOfType(infra, "Microsoft.Web/sites").flatMap(({ file, it }) =>
      Object.entries(takenByFlex).flatMap(([path, taken]) =>
        propertiesAt(it.body, path)
          .filter(({ name }) => !taken.includes(name))
          .map(({ name, line }) =>
            finding(file, line, `${path}.${name} is not on the list of what Flex takes`),
          ),
      ),
    );
    return [...settings, ...site];
  },
};

const propertiesAt = (body: Value, path: string) =>
  objectOf(at(body, ...path.split(".")))?.properties ?? [];
