// The application settings: what shared/app/settings.ts reads, and what the host itself needs. A test
// compares the list with that file, so a setting is added in both places or in neither.
// An empty value means the default that docs/settings.md names.

import { decisionRules, graphQuota, guardLimits, protectedObjects } from '../types.bicep'
import { sourceTripwires, staleAccountPolicy, timerSchedules } from '../types.bicep'

@description('Site name.')
param siteName string

@description('Client id of the workload identity.')
param identityClientId string

@description('Blob endpoint of the storage account, with a slash at its end.')
param blobEndpoint string

@description('Queue endpoint of the storage account, with a slash at its end.')
param queueEndpoint string

@description('Table endpoint of the storage account, with a slash at its end.')
param tableEndpoint string

@description('Connection string of Application Insights.')
param insightsConnectionString string

@description('How the application proves who it is.')
@allowed(['certificate', 'managed-identity', 'vault-signature'])
param credential string

@description('How the sign-in assertion is signed.')
@allowed(['PS256', 'RS256'])
param assertionAlgorithm string

@description('URI of the vault that holds the certificate.')
param vaultUri string

@description('Name of the certificate in the vault.')
param certificateName string

@description('Address of the key that signs seals.')
param sealKeyUri string

@description('Application (client) id of the app registration.')
param clientId string

@description('Object id of the app registration.')
param applicationObjectId string

@description('App ID URIs of further APIs that the app may request tokens for.')
param allowedResources string[]

@description('Tenants besides the home tenant that batches may name.')
param allowedTenantIds string[]

@description('Limits that hold or refuse a batch.')
param guards guardLimits

@description('What no batch changes before a person has approved it.')
param protection protectedObjects

@description('When a batch differs too much from earlier ones of its source.')
param tripwires sourceTripwires

@description('How people decide about batches.')
param decisions decisionRules

@description('Client id of the registration with which people sign decisions; empty if they are not signed.')
param decisionClientId string

@description('What Graph allows.')
param quota graphQuota

@description('What happens to a file in inbox.')
@allowed(['apply', 'plan'])
param inboxMode string

@description('Operations that are off by default and that this deployment takes.')
param extraOperations string[]

@description('Public key that passwords are sealed to; empty if they are kept nowhere.')
param publicPasswordKey string

@description('Minutes after which a row is looked at again before its write.')
@minValue(0)
@maxValue(1440)
param planFreshMinutes int

@description('The stale-account policy.')
param staleAccounts staleAccountPolicy

@description('When the timers run.')
param schedules timerSchedules

@description('Names of functions that stay disabled.')
param disabledFunctions string[]

@description('What shared/app/settings.ts and the host read.')
var productSettings = {
  // The host
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__queueServiceUri: queueEndpoint
  AzureWebJobsStorage__tableServiceUri: tableEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'

  // The triggers' connection, which the product's own clients read too
  BatchStorage__blobServiceUri: blobEndpoint
  BatchStorage__queueServiceUri: queueEndpoint
  BatchStorage__credential: 'managedidentity'
  BatchStorage__clientId: identityClientId

  // Who signs in, and how
  CLOUD: 'global'
  TENANT_ID: tenant().tenantId
  ALLOWED_TENANTS: join(allowedTenantIds, ',')
  CLIENT_ID: clientId
  APPLICATION_OBJECT_ID: applicationObjectId
  CREDENTIAL: credential
  ASSERTION_ALGORITHM: assertionAlgorithm
  KEY_VAULT_URI: credential == 'managed-identity' ? '' : vaultUri
  CERTIFICATE_NAME: credential == 'managed-identity' ? '' : certificateName
  SEAL_KEY: sealKeyUri
  MANAGED_IDENTITY_CLIENT_ID: identityClientId
  ALLOWED_RESOURCES: join(allowedResources, ',')

  // What Graph allows
  GRAPH_WRITE_QUOTA: string(quota.writes)
  GRAPH_WRITE_WINDOW_SECONDS: string(quota.writeWindowSeconds)
  GRAPH_MEMBERS_PER_WRITE: string(quota.?membersPerWrite ?? 3)
  GRAPH_RESOURCE_UNIT_QUOTA: string(quota.resourceUnits)
  GRAPH_RESOURCE_UNIT_WINDOW_SECONDS: string(quota.resourceUnitWindowSeconds)
  GRAPH_READ_RESERVE_PERCENT: '15'
  GRAPH_RETRY_FLOOR_SECONDS: string(quota.retryFloorSeconds)
  GRAPH_TIMEOUT_SECONDS: '60'

  // The lease of a tenant's lock
  RUNNER_LEASE_SECONDS: '30'

  // What is held or refused
  MAX_DELETES_PER_BATCH: string(guards.maxDeletesPerBatch)
  MAX_DISABLES_PER_BATCH: string(guards.maxDisablesPerBatch)
  MAX_DELETES_PER_DAY: string(guards.?maxDeletesPerDay ?? 20)
  MAX_DELETES_PERCENT_PER_DAY: string(guards.?maxDeletesPercentPerDay ?? 5)
  MAX_DISABLES_PER_DAY: string(guards.?maxDisablesPerDay ?? 100)
  MAX_DISABLES_PERCENT_PER_DAY: string(guards.?maxDisablesPercentPerDay ?? 10)
  MAX_MEMBERSHIP_REMOVALS_PER_BATCH: string(guards.?maxMembershipRemovalsPerBatch ?? 200)
  MAX_MEMBERSHIP_REMOVALS_PER_DAY: string(guards.?maxMembershipRemovalsPerDay ?? 500)
  MAX_CLEARED_VALUES_PER_BATCH: string(guards.?maxClearedValuesPerBatch ?? 250)
  MAX_CLEARED_VALUES_PER_DAY: string(guards.?maxClearedValuesPerDay ?? 500)
  MAX_CLEARED_VALUES_PERCENT_PER_DAY: string(guards.?maxClearedValuesPercentPerDay ?? 25)
  MAX_RENAMES_PER_BATCH: string(guards.?maxRenamesPerBatch ?? 50)
  MAX_RENAMES_PER_DAY: string(guards.?maxRenamesPerDay ?? 100)
  MAX_RENAMES_PERCENT_PER_DAY: string(guards.?maxRenamesPercentPerDay ?? 10)
  MAX_CLEARED_GROUP_VALUES_PER_BATCH: string(guards.?maxClearedGroupValuesPerBatch ?? 50)
  MAX_CLEARED_GROUP_VALUES_PER_DAY: string(guards.?maxClearedGroupValuesPerDay ?? 100)
  MAX_OPENED_GROUPS_PER_BATCH: string(guards.?maxOpenedGroupsPerBatch ?? 5)
  MAX_OPENED_GROUPS_PER_DAY: string(guards.?maxOpenedGroupsPerDay ?? 10)
  MAX_GROUP_DELETES_PER_BATCH: string(guards.?maxGroupDeletesPerBatch ?? 5)
  MAX_GROUP_DELETES_PER_DAY: string(guards.?maxGroupDeletesPerDay ?? 10)
  MAX_LICENSE_REMOVALS_PER_BATCH: string(guards.?maxLicenseRemovalsPerBatch ?? 150)
  MAX_LICENSE_REMOVALS_PER_DAY: string(guards.?maxLicenseRemovalsPerDay ?? 300)
  MAX_GROUP_LICENSE_REMOVALS_PER_BATCH: string(guards.?maxGroupLicenseRemovalsPerBatch ?? 2)
  MAX_GROUP_LICENSE_REMOVALS_PER_DAY: string(guards.?maxGroupLicenseRemovalsPerDay ?? 5)
  MAX_DEVICE_CHANGES_PER_BATCH: string(guards.?maxDeviceChangesPerBatch ?? 25)
  MAX_DEVICE_CHANGES_PER_DAY: string(guards.?maxDeviceChangesPerDay ?? 50)
  MAX_SESSION_REVOCATIONS_PER_BATCH: string(guards.?maxSessionRevocationsPerBatch ?? 100)
  MAX_SESSION_REVOCATIONS_PER_DAY: string(guards.?maxSessionRevocationsPerDay ?? 200)
  MAX_SESSION_REVOCATIONS_PERCENT_PER_DAY: string(guards.?maxSessionRevocationsPercentPerDay ?? 20)
  MAX_GUEST_CONVERSIONS_PER_BATCH: string(guards.?maxGuestConversionsPerBatch ?? 50)
  MAX_GUEST_CONVERSIONS_PER_DAY: string(guards.?maxGuestConversionsPerDay ?? 100)
  MAX_GUEST_CONVERSIONS_PERCENT_PER_DAY: string(guards.?maxGuestConversionsPercentPerDay ?? 10)
  MAX_GROUP_LOSS_PERCENT_PER_DAY: string(guards.?maxGroupLossPercentPerDay ?? 25)
  GROUP_LOSS_FROM_MEMBERS: string(guards.?groupLossFromMembers ?? 20)
  CAPS_BY_TENANT: guards.?capsByTenant ?? ''
  MAX_INVALID_ROWS_PERCENT: string(guards.maxInvalidRowsPercent)
  BREAKER_PERCENT: string(guards.?breakerPercent ?? 5)
  CANARY_ROWS: string(guards.?canaryRows ?? 0)
  PREFLIGHT: guards.preflight

  // What is only planned, and when a row is looked at again
  INBOX_MODE: inboxMode
  EXTRA_OPERATIONS: join(extraOperations, ',')
  PASSWORD_KEY: publicPasswordKey
  PLAN_FRESH_MINUTES: string(planFreshMinutes)

  // What is protected
  PROTECTED_OBJECTS: join(protection.?objectIds ?? [], ',')
  PROTECTED_GROUPS: join(protection.?groupIds ?? [], ',')
  PROTECTED_FILTER: protection.?userFilter ?? ''
  PROTECT_ROLE_HOLDERS: protection.roleHolders

  // What differs too much from earlier inputs
  TRIPWIRES: tripwires.mode
  TRIPWIRE_ROWS: string(tripwires.?fromRows ?? 100)
  TRIPWIRE_BLANK_PERCENT: string(tripwires.?blankPercent ?? 60)
  TRIPWIRE_GROWTH_PERCENT: string(tripwires.?growthPercent ?? 20)
  FULL_SOURCES: join(tripwires.?fullSources ?? [], ',')
  FULL_SOURCE_MISSING_PERCENT: string(tripwires.?missingPercent ?? 20)

  // Decisions
  DECISION_PROOF: decisions.proof
  DECISION_CLIENT_ID: decisionClientId
  FOUR_EYES: decisions.fourEyes ? 'on' : 'off'
  HELD_EXPIRES_DAYS: string(decisions.heldExpiresDays)

  // The timers
  SWEEP_SCHEDULE: schedules.sweep
  CERTIFICATE_CHECK_SCHEDULE: schedules.certificateCheck
  STALE_ACCOUNTS_SCHEDULE: schedules.staleAccounts

  // The stale-account policy
  STALE_ACCOUNTS_MODE: staleAccounts.mode
  STALE_ACCOUNTS_DAYS: string(staleAccounts.days)
  STALE_ACCOUNTS_MINIMUM_AGE_DAYS: string(staleAccounts.minimumAgeDays)
  STALE_ACCOUNTS_EXCLUDED_GROUP: staleAccounts.excludedGroupId
}

@description('A deployment replaces every setting, so those that disable a function have to be among them.')
var disabledFunctionSettings = toObject(disabledFunctions, name => 'AzureWebJobs.${name}.Disabled', name => 'true')

resource site 'Microsoft.Web/sites@2025-03-01' existing = {
  name: siteName
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union(productSettings, disabledFunctionSettings)
}
