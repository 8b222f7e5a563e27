// Composition only: which modules there are, what resources are called, and which outputs go where.
targetScope = 'resourceGroup'

import { decisionRules, existingNetworkIds, feature, graphQuota, guardLimits } from 'types.bicep'
import { principal, protectedObjects, sourceTripwires, staleAccountPolicy } from 'types.bicep'
import { timerSchedules } from 'types.bicep'

@description('Short name of the deployment, lower case letters and digits; every resource name is derived from it.')
@minLength(2)
@maxLength(10)
param environmentName string

@description('Location of all Azure resources. Must be a Flex Consumption region.')
param location string = resourceGroup().location

@description('Operations, policies and guards that get their Graph permissions.')
param features feature[]

@description('Grant the Graph permissions here (needs Privileged Role Administrator); false only lists them on the app registration for an administrator to consent.')
param grantGraphPermissions bool = false

@description('Tenants besides the home tenant that batches may name. A single one makes the app registration multi-tenant, and an administrator of each tenant has to consent.')
param allowedTenantIds string[] = []

@description('How the application proves who it is: the certificate; a signature made in the vault, by a key that never leaves it; or the managed identity, as a federated credential.')
@allowed(['certificate', 'managed-identity', 'vault-signature'])
param credential string = 'certificate'

@description('How the sign-in assertion is signed: PS256, or RS256 if Entra answers AADSTS700027 to that.')
@allowed(['PS256', 'RS256'])
param assertionAlgorithm string = 'PS256'

@description('App ID URIs of further APIs that the app may request tokens for. Graph is always allowed.')
param allowedResources string[] = []

@description('Name of the certificate in Key Vault.')
param certificateName string = 'graph-client'

@description('Object id that may create the certificate in Key Vault; empty for none.')
param operatorPrincipalId string = deployer().objectId

@description('Type of that principal.')
@allowed(['Group', 'ServicePrincipal', 'User'])
param operatorPrincipalType string = 'User'

@description('Object ids of further owners of the app registration, users or service principals. A person who deploys becomes an owner; a pipeline is one of the application it made, and may not add others.')
param ownerObjectIds string[] = []

@description('Who may submit batches: message sender on the queue accept and write on the container inbox, nothing else. A single one makes a custom role, which takes Owner or User Access Administrator to deploy.')
param submitters principal[] = []

@description('Who may read plans and reports.')
param readers principal[] = []

@description('Who may decide about batches: message sender on the queue decisions, nothing else. Prefer a group whose members activate it when they need it (docs/permissions.md).')
param deciders principal[] = []

@description('Put storage and vault behind private endpoints, integrate the app with a virtual network, and let its calls leave by one address.')
param privateNetwork bool = false

@description('Address space of that network: a /24 or larger.')
param networkAddressPrefix string = '10.82.0.0/24'

@description('Subnets and DNS zones that are there already, for the private network.')
param existingNetwork existingNetworkIds = {
  appSubnetId: ''
  endpointSubnetId: ''
  blobZoneId: ''
  queueZoneId: ''
  tableZoneId: ''
  vaultZoneId: ''
}

@description('IPv4 addresses or ranges that reach storage and vault past the private network, such as that of the machine that runs the deploy script.')
param allowedIpRanges string[] = []

@description('IPv4 addresses or ranges that may publish; empty lets any address try, with an Entra token.')
param publisherIpRanges string[] = []

@description('Name of the storage account\'s Event Grid system topic, if another service such as Microsoft Defender for Storage made one already; empty for a new one.')
param storageTopicName string = ''

@description('Functions that stay disabled. infra/deploy.sh passes those that are disabled in the running app.')
param disabledFunctions string[] = []

@description('Mail address for alerts; empty for none.')
param alertEmail string = ''

@description('Limits that hold or refuse a batch before it writes anything.')
param guards guardLimits = {
  maxDeletesPerBatch: 10
  maxDisablesPerBatch: 50
  maxInvalidRowsPercent: 10
  preflight: 'hold'
}

@description('What happens to a file in inbox: apply, or plan, which waits for an approval. Files in inbox/plan/ are always planned.')
@allowed(['apply', 'plan'])
param inboxMode string = 'apply'

@description('Operations that are off by default and that this deployment takes: docs/threat-model.md says what each allows. Each also needs its feature.')
param extraOperations string[] = []

@description('Public key, a JWK or PEM, that the passwords of new users are sealed to in the report (docs/passwords.md); empty keeps them nowhere. Never a private key.')
param publicPasswordKey string = ''

@description('A row whose object was last read longer ago than this, minutes, is looked at again just before its write.')
@minValue(0)
@maxValue(1440)
param planFreshMinutes int = 10

@description('What no batch changes before a person has approved it.')
param protection protectedObjects = { roleHolders: 'hold' }

@description('When a batch differs too much from earlier ones of its source.')
param tripwires sourceTripwires = { mode: 'hold' }

@description('How people decide about batches.')
param decisions decisionRules = {
  proof: 'queue'
  fourEyes: false
  heldExpiresDays: 14
}

@description('What Graph allows the application in one tenant.')
param quota graphQuota = {
  writes: 3000
  writeWindowSeconds: 150
  resourceUnits: 8000
  resourceUnitWindowSeconds: 10
  retryFloorSeconds: 1
}

@description('The policy that finds accounts without sign-ins. Off by default.')
param staleAccounts staleAccountPolicy = {
  mode: 'off'
  days: 90
  minimumAgeDays: 30
  excludedGroupId: ''
}

@description('When the timers run: NCRONTAB of six fields, in UTC.')
param schedules timerSchedules = {
  sweep: '0 */5 * * * *'
  certificateCheck: '0 30 3 * * *'
  staleAccounts: '0 0 5 * * 1'
}

@description('Node.js major version of the Flex runtime.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of an instance, MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Upper bound of instances of each function. More of them make no directory write faster.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances of runTenant that are kept running, so that a ring finds one warm; each costs as an instance that runs all the time. 0 for none.')
@minValue(0)
@maxValue(20)
param runTenantAlwaysReady int = 0

@description('Spread the app over availability zones. The region needs them, and storageSku must be zone-redundant.')
param zoneRedundant bool = false

@description('Redundancy of the storage account. A region without zones needs Standard_LRS.')
@allowed(['Standard_GZRS', 'Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_ZRS'

@description('Days after which a file in inbox is deleted; it was copied into its batch when it was accepted.')
@minValue(1)
param inboxRetentionDays int = 30

@description('Days after which journals are deleted.')
@minValue(7)
param journalRetentionDays int = 180

@description('Days after which the values from before the writes are deleted; a batch can be undone so long.')
@minValue(1)
param beforeRetentionDays int = 30

@description('Days after which inputs, reports and manifests are deleted, at least a week more than files of inbox; 0 keeps them. A deleted manifest frees its batch name.')
@minValue(0)
param reportRetentionDays int = 0

@description('Id of a Log Analytics workspace that is there already, in the same region; empty for a new one. Its owner then decides who may read it and how long it keeps logs.')
param existingWorkspaceId string = ''

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Forbid deleting the storage account until the lock is removed by hand. Needs Owner to deploy.')
param deleteLock bool = false

@description('Amount a month, in the currency of the subscription, at 80 % of which alertEmail gets a mail; 0 for no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month in which the budget is first deployed, as 2026-11-01. It stays as it is from then on: Azure does not let it change.')
param budgetStartDate string = ''

@description('Most telemetry a day, in GB, after which the workspace drops telemetry until the next day; -1 for no limit. Alerts see nothing of what is dropped.')
param dailyLogCapGb int = -1

@description('Tags of every resource.')
param tags { *: string } = {}

@description('Which Graph permissions each feature needs, and their app role ids.')
var catalogue = loadJsonContent('graph-permissions.json')
@description('The union of what the enabled features need, by name.')
var graphPermissions = union([], flatten(map(features, name => catalogue.features[name])))
@description('The same as app role ids: what is listed, and what is granted.')
var graphAppRoleIds = map(graphPermissions, name => catalogue.permissions[name])

@description('The tag says which deployment a resource belongs to; infra/publish.sh and infra/teardown.sh look for it.')
var allTags = union(tags, { 'directory-batch': environmentName })
@description('A person who deploys may add owners; an application needs more than Application.ReadWrite.OwnedBy for that.')
var owners = union(operatorPrincipalType == 'User' ? [deployer().objectId] : [], ownerObjectIds)

@description('Makes names unique, and repeatable for the same resource group and environment.')
var suffix = '${toLower(environmentName)}-${uniqueString(resourceGroup().id, environmentName)}'
@description('Queues of the product, as its triggers name them.')
var queues = {
  accept: 'accept'
  run: 'run'
  certificateEvents: 'certificate-events'
  decisions: 'decisions'
}
@description('Containers, as the code names them; the last two are the platform\'s.')
var containers = {
  inbox: 'inbox'
  batches: 'batches'
  runner: 'runner'
  deployments: 'deployments'
  deadLetters: 'dead-letters'
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  params: {
    name: 'budget-${suffix}'
    amount: max(monthlyBudget, 1)
    startDate: budgetStartDate
    contactEmails: [
      alertEmail
    ]
  }
}

module identity 'modules/identity.bicep' = {
  params: {
    name: 'id-${suffix}'
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    existingWorkspaceId: existingWorkspaceId
    workspaceName: 'log-${suffix}'
    componentName: 'appi-${suffix}'
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    environmentName: environmentName
    dailyCapGb: dailyLogCapGb
    alertEmail: alertEmail
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    namePrefix: 'alert-${suffix}'
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupIds: monitoring.outputs.actionGroupIds
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: take('st${replace(suffix, '-', '')}', 24)
    location: location
    tags: allTags
    sku: storageSku
    queueNames: [
      queues.accept
      queues.run
      queues.certificateEvents
      queues.decisions
    ]
    containerNames: [
      containers.inbox
      containers.batches
      containers.runner
      containers.deployments
    ]
    deadLetterContainerName: containers.deadLetters
    lockDown: privateNetwork
    allowedIpRanges: allowedIpRanges
    inboxRetentionDays: inboxRetentionDays
    journalRetentionDays: journalRetentionDays
    beforeRetentionDays: beforeRetentionDays
    reportRetentionDays: reportRetentionDays
    deleteLock: deleteLock
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/key-vault.bicep' = {
  params: {
    name: take('kv-${suffix}', 24)
    location: location
    tags: allTags
    lockDown: privateNetwork
    allowedIpRanges: allowedIpRanges
    workspaceId: monitoring.outputs.workspaceId
  }
}

module topics 'modules/event-topics.bicep' = {
  params: {
    location: location
    tags: allTags
    vaultId: vault.outputs.id
    storageAccountId: storage.outputs.id
    storageTopicName: storageTopicName
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    workloadPrincipalId: identity.outputs.principalId
    credential: credential
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
    vaultTopicPrincipalId: topics.outputs.vaultTopicPrincipalId
    storageTopicPrincipalId: topics.outputs.storageTopicPrincipalId
    submitters: submitters
    readers: readers
    deciders: deciders
    storageAccountName: storage.outputs.name
    vaultName: vault.outputs.name
    sealKeyName: vault.outputs.sealKeyName
    componentName: monitoring.outputs.componentName
    acceptQueueName: queues.accept
    certificateQueueName: queues.certificateEvents
    decisionQueueName: queues.decisions
    inboxContainerName: containers.inbox
    batchesContainerName: containers.batches
    deadLetterContainerName: containers.deadLetters
  }
}

module certificateEvents 'modules/certificate-events.bicep' = {
  dependsOn: [
    roles
  ]
  params: {
    topicName: topics.outputs.vaultTopicName
    storageAccountId: storage.outputs.id
    queueName: queues.certificateEvents
    deadLetterContainerName: containers.deadLetters
    certificateName: certificateName
    actionGroupIds: monitoring.outputs.actionGroupIds
  }
}

module inboxEvents 'modules/inbox-events.bicep' = {
  dependsOn: [
    roles
  ]
  params: {
    topicName: topics.outputs.storageTopicName
    storageAccountId: storage.outputs.id
    containerName: containers.inbox
    queueName: queues.accept
    deadLetterContainerName: containers.deadLetters
  }
}

module deliveryAlerts 'modules/delivery-alerts.bicep' = {
  params: {
    namePrefix: 'alert-${suffix}'
    tags: allTags
    topicNames: [
      topics.outputs.vaultTopicName
      topics.outputs.storageTopicName
    ]
    workspaceId: monitoring.outputs.workspaceId
    actionGroupIds: monitoring.outputs.actionGroupIds
  }
}

module network 'modules/network.bicep' = if (privateNetwork && empty(existingNetwork.appSubnetId)) {
  params: {
    suffix: suffix
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
  }
}

module privateEndpoints 'modules/private-endpoints.bicep' = if (privateNetwork) {
  params: {
    suffix: suffix
    location: location
    tags: allTags
    subnetId: network.?outputs.endpointSubnetId ?? existingNetwork.endpointSubnetId
    existingNetwork: existingNetwork
    storageAccountId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'modules/graph-app.bicep' = {
  params: {
    uniqueName: 'directory-batch-${suffix}'
    displayName: 'Directory Batch (${environmentName})'
    graphAppRoleIds: graphAppRoleIds
    multiTenant: !empty(allowedTenantIds)
    ownerObjectIds: owners
    federatedPrincipalId: credential == 'managed-identity' ? identity.outputs.principalId : ''
  }
}

module decisionApp 'modules/decision-app.bicep' = if (decisions.proof == 'signed') {
  params: {
    uniqueName: 'directory-batch-decisions-${suffix}'
    displayName: 'Directory Batch decisions (${environmentName})'
    ownerObjectIds: owners
  }
}

module grants 'modules/graph-grants.bicep' = if (grantGraphPermissions) {
  params: {
    servicePrincipalId: app.outputs.servicePrincipalId
    graphAppRoleIds: graphAppRoleIds
  }
}

module site 'modules/function-app.bicep' = {
  dependsOn: [
    roles
    privateEndpoints
  ]
  params: {
    name: 'func-${suffix}'
    planName: 'plan-${suffix}'
    location: location
    tags: allTags
    identityId: identity.outputs.id
    blobEndpoint: storage.outputs.blobEndpoint
    deploymentContainerName: containers.deployments
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    runTenantAlwaysReady: runTenantAlwaysReady
    zoneRedundant: zoneRedundant
    subnetId: network.?outputs.appSubnetId ?? (privateNetwork ? existingNetwork.appSubnetId : '')
    publisherIpRanges: publisherIpRanges
  }
}

module settings 'modules/app-settings.bicep' = {
  params: {
    siteName: site.outputs.name
    identityClientId: identity.outputs.clientId
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    insightsConnectionString: monitoring.outputs.connectionString
    credential: credential
    assertionAlgorithm: assertionAlgorithm
    vaultUri: vault.outputs.uri
    certificateName: certificateName
    sealKeyUri: vault.outputs.sealKeyUri
    clientId: app.outputs.appId
    applicationObjectId: app.outputs.appObjectId
    allowedResources: allowedResources
    allowedTenantIds: allowedTenantIds
    guards: guards
    inboxMode: inboxMode
    extraOperations: extraOperations
    publicPasswordKey: publicPasswordKey
    planFreshMinutes: planFreshMinutes
    protection: protection
    tripwires: tripwires
    decisions: decisions
    decisionClientId: decisionApp.?outputs.appId ?? ''
    quota: quota
    staleAccounts: staleAccounts
    schedules: schedules
    disabledFunctions: disabledFunctions
  }
}

@description('Client id of the app registration.')
output clientId string = app.outputs.appId

@description('Object id of the app registration.')
output applicationObjectId string = app.outputs.appObjectId

@description('Object id of the service principal.')
output servicePrincipalId string = app.outputs.servicePrincipalId

@description('Client id of the registration with which people sign decisions; empty if decisions are not signed.')
output decisionClientId string = decisionApp.?outputs.appId ?? ''

@description('Object id of its service principal, to which an administrator assigns people.')
output decisionServicePrincipalId string = decisionApp.?outputs.servicePrincipalId ?? ''

@description('How the application proves who it is.')
output credential string = credential

@description('Graph permissions that the enabled features need, by name.')
output graphPermissions string[] = graphPermissions

@description('The same permissions as app role ids.')
output graphAppRoleIds string[] = graphAppRoleIds

@description('Tenants besides the home tenant whose administrators have to consent.')
output consentTenantIds string[] = allowedTenantIds

@description('Name of the function app, which infra/publish.sh publishes to.')
output functionAppName string = site.outputs.name

@description('Name of the vault.')
output vaultName string = vault.outputs.name

@description('Name of the certificate.')
output certificateName string = certificateName

@description('Name of the storage account that batches are submitted to.')
output storageAccountName string = storage.outputs.name

@description('The address that calls leave by; empty without the private network.')
output outboundAddress string = network.?outputs.outboundAddress ?? ''
