import type { Breaks } from "./infra-under-test.ts";

const main = "main.bicep";
const roles = "modules/roles.bicep";
const decisionApp = "modules/decision-app.bicep";
const catalogue = "graph-permissions.json";
const tooBroad = ["Directory", "ReadWrite.All"].join(".");

/** Of who may do what. */
export const permissionBreaks = {
  featuresAreOperations: {
    "an operation declares another permission": {
      product: (was) => ({
        ...was,
        operations: { ...was.operations, "user.disable": ["User.ReadWrite.All"] },
      }),
    },
    "an operation has no feature": {
      product: (was) => ({
        ...was,
        operations: { ...was.operations, "user.purge": ["User.DeleteRestore.All"] },
      }),
    },
    "a feature asks for more": {
      file: catalogue,
      from: '["User.DeleteRestore.All", "User.Read.All"]',
      to: '["User.DeleteRestore.All", "User.Read.All", "User.ReadWrite.All"]',
    },
  },
  featuresAreOffered: {
    "one is not offered": { file: "types.bicep", from: " | 'user.delete'", to: "" },
    "something is added on the way": {
      file: main,
      from: "union([], flatten",
      to: "union(['User.ReadWrite.All'], flatten",
    },
  },
  grantsAreAsked: {
    "more is granted than listed": {
      file: main,
      from: /(servicePrincipalId: app\.outputs\.servicePrincipalId\n +graphAppRoleIds: )graphAppRoleIds/,
      to: "servicePrincipalId: app.outputs.servicePrincipalId\n    graphAppRoleIds: [catalogue.permissions['User.ReadWrite.All']]",
    },
    "granting is on": {
      file: main,
      from: "grantGraphPermissions bool = false",
      to: "grantGraphPermissions bool = true",
    },
    "granting is not conditional": {
      file: main,
      from: " = if (grantGraphPermissions) {",
      to: " = {",
    },
  },
  idsAreKnown: {
    "an id is missing": { file: catalogue, from: /\n +"User\.Read\.All": "[^"]*",/, to: "" },
    "no feature needs one": {
      file: catalogue,
      from: '"permissions": {',
      to: '"permissions": {\n    "Calendars.Read": "798ee544-9d2d-430c-a058-570e29e34338",',
    },
    "two are the same": {
      file: catalogue,
      from: "97235f07-e226-4f63-ace3-39588e11d3a1",
      to: "df021288-bdef-4463-88db-98f22de89214",
    },
  },
  grantsNothingMore: Object.fromEntries(
    [
      "AppRoleAssignment.ReadWrite.All",
      "Application.ReadWrite.All",
      "Application.ReadWrite.OwnedBy",
      "DelegatedPermissionGrant.ReadWrite.All",
      "RoleManagement.ReadWrite.Directory",
      "RoleEligibilitySchedule.ReadWrite.Directory",
      "PrivilegedAccess.ReadWrite.AzureADGroup",
      "UserAuthenticationMethod.ReadWrite.All",
      "UserAuthMethod-TemporaryAccessPass.ReadWrite.All",
      "Policy.ReadWrite.PermissionGrant",
      "Domain.ReadWrite.All",
      tooBroad,
    ].map((name) => [
      name,
      {
        file: catalogue,
        from: '"user.delete": ["User.DeleteRestore.All"',
        to: `"user.delete": ["${name}"`,
      },
    ]),
  ),
  nothingTooBroad: {
    "in a comment": { file: main, from: "// Composition only", to: `// ${tooBroad}` },
  },
  appAsksGraphOnly: {
    delegated: { file: "modules/graph-app.bicep", from: "type: 'Role'", to: "type: 'Scope'" },
    "of another resource": {
      file: "modules/graph-app.bicep",
      from: "00000003-0000-0000-c000-000000000000",
      to: "00000002-0000-0000-c000-000000000000",
    },
  },
  permissionsAreDocumented: {
    "a row is gone": { file: "docs/permissions.md", from: /\n\| `user\.delete` [^\n]*/, to: "" },
  },
  rolesInOnePlace: {
    "no type of principal": {
      file: roles,
      from: "    principalType: 'ServicePrincipal'\n",
      to: "",
    },
    "no reason": {
      file: roles,
      from: /description: 'The Functions host requires[^']*'/,
      to: "description: ''",
    },
    "the whole resource group": { file: roles, from: "  scope: vault\n", to: "" },
    "an owner": {
      file: roles,
      from: "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
      to: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    },
    "a name that another scope could have": {
      file: roles,
      from: "name: guid(vault.id, workload",
      to: "name: guid(workload",
    },
  },
  submittersOnlySubmit: {
    "they may read": {
      file: roles,
      from: "blobs/write'\n",
      to: "blobs/write'\n          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'\n",
    },
    "on every queue": {
      file: roles,
      from: "  for submitter in submitters: {\n    scope: account::queue::accept",
      to: "  for submitter in submitters: {\n    scope: account",
    },
  },
  decidersOnlyDecide: {
    "on every queue": {
      file: roles,
      from: "scope: account::queue::decisions",
      to: "scope: account",
    },
    "they may read the queue": {
      file: roles,
      from: "decider.id, roleIds.storageQueueDataMessageSender)\n    properties: {\n      roleDefinitionId: subscriptionResourceId(\n        'Microsoft.Authorization/roleDefinitions',\n        roleIds.storageQueueDataMessageSender",
      to: "decider.id, roleIds.storageQueueDataContributor)\n    properties: {\n      roleDefinitionId: subscriptionResourceId(\n        'Microsoft.Authorization/roleDefinitions',\n        roleIds.storageQueueDataContributor",
    },
    "submitters decide": {
      file: roles,
      from: "  for submitter in submitters: {\n    scope: account::queue::accept",
      to: "  for submitter in submitters: {\n    scope: account::queue::decisions",
    },
  },
  decisionAppIsHarmless: {
    "nobody needs to be assigned": {
      file: decisionApp,
      from: "appRoleAssignmentRequired: true",
      to: "appRoleAssignmentRequired: false",
    },
    "another page gets the code": {
      file: decisionApp,
      from: "'http://localhost'",
      to: "'https://contoso.com'",
    },
    "it has a permission": {
      file: decisionApp,
      from: "requiredResourceAccess: []",
      to: "requiredResourceAccess: [\n    {\n      resourceAppId: uniqueName\n      resourceAccess: []\n    }\n  ]",
    },
    "an application may decide": { file: decisionApp, from: "'User'", to: "'Application'" },
    "a role is gone": { file: decisionApp, from: "value: 'Batch.Decide'", to: "value: 'Decide'" },
    "another tenant's people sign in": {
      file: decisionApp,
      from: "'AzureADMyOrg'",
      to: "'AzureADMultipleOrgs'",
    },
    "it has a secret": {
      file: decisionApp,
      from: "  requiredResourceAccess: []\n",
      to: "  requiredResourceAccess: []\n  passwordCredentials: []\n",
    },
    "device code and passwords work": {
      file: decisionApp,
      from: "isFallbackPublicClient: false",
      to: "isFallbackPublicClient: true",
    },
  },
  rolesAreDocumented: {
    "the reason is another": {
      file: roles,
      from: "Submits batches as messages.",
      to: "Submits batches as messages to us.",
    },
  },
} as const satisfies Breaks;
