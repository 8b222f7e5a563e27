import type { Breaks } from "./infra-under-test.ts";

const main = "main.bicep";
const roles = "modules/roles.bicep";
const storage = "modules/storage.bicep";

/** Of each template by itself. */
export const templateBreaks = {
  understood: {
    "a bracket is missing": {
      file: storage,
      from: "resource account '",
      to: "resource account {'",
    },
  },
  described: {
    "a parameter": { file: main, from: /@description\('Location of all[^\n]*\n/, to: "" },
    "an output": { file: main, from: /@description\('Name of the vault[^\n]*\n/, to: "" },
    "a variable": { file: main, from: /@description\('Queues of the product[^\n]*\n/, to: "" },
    "a type": { file: "types.bicep", from: /@description\('Limits that[^\n]*\n/, to: "" },
    "a property of a type": {
      file: "types.bicep",
      from: /@description\('The kind of object that the id[^\n]*\n/,
      to: "",
    },
    "half a sentence": {
      file: main,
      from: "@description('Tags of every resource.')",
      to: "@description('tags')",
    },
  },
  used: {
    "a file that nothing calls": {
      file: main,
      from: "'modules/alerts.bicep'",
      to: "'modules/storage.bicep'",
    },
  },
  wired: {
    "a parameter is not given": { file: main, from: "    sku: storageSku\n", to: "" },
    "a parameter that there is not": {
      file: main,
      from: "    sku: storageSku\n",
      to: "    sku: storageSku\n    tier: storageSku\n",
    },
    "an output that there is not": {
      file: main,
      from: "vault.outputs.uri",
      to: "vault.outputs.url",
    },
  },
  noLeftovers: {
    "a parameter": {
      file: storage,
      from: "kind: 'StorageV2'\n  sku: {\n    name: sku",
      to: "kind: 'StorageV2'\n  sku: {\n    name: 'Standard_LRS'",
    },
    "an import": { file: roles, from: "import { principal }", to: "import { feature, principal }" },
  },
  hardened: {
    "shared keys are on": {
      file: storage,
      from: "allowSharedKeyAccess: false",
      to: "allowSharedKeyAccess: true",
    },
  },
  unkeyed: {
    "a template that would undo every rotation": {
      file: "modules/graph-app.bicep",
      from: "  owners: empty",
      to: "  keyCredentials: []\n  owners: empty",
    },
    "access policies beside roles": {
      file: "modules/key-vault.bicep",
      from: "    sku: {",
      to: "    accessPolicies: []\n    sku: {",
    },
  },
  secretless: {
    "a key is read": {
      file: storage,
      from: "output name string = account.name",
      to: "output name string = account.listKeys().keys[0].value",
    },
    "an output that sounds like one": {
      file: storage,
      from: "output name string",
      to: "output accountKey string",
    },
    "a secret is taken": {
      file: main,
      from: "param tags {",
      to: "param clientSecret string\n\n@description('Tags.')\nparam tags {",
    },
  },
  fitsFlex: {
    "the worker is named": {
      file: "modules/app-settings.bicep",
      from: "  CLOUD: 'global'",
      to: "  FUNCTIONS_WORKER_RUNTIME: 'node'\n  CLOUD: 'global'",
    },
    "storage by connection string": {
      file: "modules/app-settings.bicep",
      from: "AzureWebJobsStorage__blobServiceUri",
      to: "AzureWebJobsStorage",
    },
    "ftpsState, which Flex refuses by name": {
      file: "modules/function-app.bicep",
      from: "      http20Enabled: true",
      to: "      ftpsState: 'Disabled'\n      http20Enabled: true",
    },
    "a site property that Flex does not have": {
      file: "modules/function-app.bicep",
      from: "    httpsOnly: true",
      to: "    httpsOnly: true\n    vnetRouteAllEnabled: true",
    },
  },
  brakesStay: {
    "the service principal is enabled again": {
      file: "modules/graph-app.bicep",
      from: "  appRoleAssignmentRequired: false",
      to: "  accountEnabled: true\n  appRoleAssignmentRequired: false",
    },
    "the app is started again": {
      file: "modules/function-app.bicep",
      from: "    httpsOnly: true",
      to: "    enabled: true\n    httpsOnly: true",
    },
    "a disabled function is enabled again": {
      file: "modules/app-settings.bicep",
      from: "union(productSettings, disabledFunctionSettings)",
      to: "productSettings",
    },
  },
  oneAtATime: {
    "all at once": { file: "modules/private-endpoints.bicep", from: "@batchSize(1)\n", to: "" },
  },
  smallRanges: {
    "as they were given": {
      file: storage,
      from: "for address in storageAddresses",
      to: "for address in allowedIpRanges",
    },
    "/31 is let through": { file: storage, from: "'/31'", to: "'/30'" },
  },
  namedByEnvironment: {
    "one name for all": {
      file: "modules/monitoring.bicep",
      from: "displayName: 'Directory Batch (${environmentName})'",
      to: "displayName: 'Directory Batch'",
    },
    "one id for all": {
      file: "modules/monitoring.bicep",
      from: ", 'directory-batch', environmentName)",
      to: ", 'directory-batch')",
    },
  },
  tagged: {
    "without the deployment's tag": { file: main, from: "tags: allTags", to: "tags: tags" },
  },
  disabledWithReason: {
    "no reason": { file: storage, from: / \/\/ the newest stable version[^\n]*/, to: "" },
  },
  answersAreChecked: {
    "an error taken for an answer": {
      file: "teardown.sh",
      from: 'group_there=$(group_exists) || fail "Whether there is a resource group $resource_group cannot be read. Nothing was deleted."\nif [ "$group_there" = false ]',
      to: 'if [ "$(az group exists --name "$resource_group" --output tsv)" != true ]',
    },
    "a list that a loop takes": {
      file: "teardown.sh",
      from: "for assignment in $assignments",
      to: "for assignment in $(az role assignment list --all)",
    },
    "an assignment that nobody checks": {
      file: "publish.sh",
      from: 'app=$(function_app) || fail "The resources of $resource_group cannot be listed."',
      to: "app=$(function_app)",
    },
    "a failure that a pipe loses": {
      file: "shell/certificate.sh",
      from: "  registered=$(registered_thumbprints) ||",
      to: "  registered_thumbprints | grep -q . ||",
    },
  },
  providersAreKnown: {
    "one is not asked for": {
      file: "shell/preflight.sh",
      from: "Microsoft.EventGrid ",
      to: "",
    },
    "one that nothing is of": {
      file: "shell/preflight.sh",
      from: "Microsoft.EventGrid ",
      to: "Microsoft.EventGrid Microsoft.Sql ",
    },
  },
  noWiderScope: {
    "the subscription": {
      file: main,
      from: "targetScope = 'resourceGroup'",
      to: "targetScope = 'subscription'",
    },
  },
} as const satisfies Breaks;
