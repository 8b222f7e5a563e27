// The shapes of main.bicep's parameters, shared with the modules that receive them whole.

@export()
@description('An operation, a policy or a guard of the product. graph-permissions.json lists the Graph permissions of each.')
type feature =
  | 'device.delete'
  | 'device.disable'
  | 'device.enable'
  | 'group.add-member'
  | 'group.add-owner'
  | 'group.assign-license'
  | 'group.create'
  | 'group.delete'
  | 'group.remove-license'
  | 'group.remove-member'
  | 'group.remove-owner'
  | 'group.restore'
  | 'group.set-licenses'
  | 'group.swap-license'
  | 'group.update'
  | 'guest.add-sponsor'
  | 'guest.invite'
  | 'guest.remove-sponsor'
  | 'guest.reset-redemption'
  | 'role-holders'
  | 'stale-accounts'
  | 'unit.add-member'
  | 'unit.remove-member'
  | 'user.assign-license'
  | 'user.convert-to-guest'
  | 'user.convert-to-member'
  | 'user.create'
  | 'user.delete'
  | 'user.disable'
  | 'user.enable'
  | 'user.purge'
  | 'user.remove-license'
  | 'user.remove-manager'
  | 'user.rename'
  | 'user.reset-password'
  | 'user.restore'
  | 'user.revoke-sessions'
  | 'user.set-extension-attributes'
  | 'user.set-licenses'
  | 'user.set-mails'
  | 'user.set-manager'
  | 'user.set-phones'
  | 'user.set-usage-location'
  | 'user.swap-license'
  | 'user.update'

@export()
@description('A person, a group or an application that gets an Azure role.')
type principal = {
  @description('Object id in Entra ID; for an application that of its service principal, not of the application itself.')
  id: string
  @description('The kind of object that the id belongs to.')
  type: 'Group' | 'ServicePrincipal' | 'User'
}

@export()
@description('Limits that hold or refuse a batch before it writes anything.')
type guardLimits = {
  @description('A batch with more deletes is held whole.')
  @minValue(0)
  maxDeletesPerBatch: int
  @description('A batch that disables more accounts is held whole.')
  @minValue(0)
  maxDisablesPerBatch: int
  @description('The most deletes that a tenant\'s batches of 24 hours may have together. 20 if absent.')
  @minValue(0)
  maxDeletesPerDay: int?
  @description('The same in per cent of the tenant\'s users. 5 if absent.')
  @minValue(0)
  @maxValue(100)
  maxDeletesPercentPerDay: int?
  @description('The most accounts that a tenant\'s batches of 24 hours may disable together. 100 if absent.')
  @minValue(0)
  maxDisablesPerDay: int?
  @description('The same in per cent of the tenant\'s users. 10 if absent.')
  @minValue(0)
  @maxValue(100)
  maxDisablesPercentPerDay: int?
  @description('A batch that removes more members from groups is held whole. 200 if absent.')
  @minValue(0)
  maxMembershipRemovalsPerBatch: int?
  @description('The most members that a tenant\'s batches of 24 hours may remove from groups together. 500 if absent.')
  @minValue(0)
  maxMembershipRemovalsPerDay: int?
  @description('A batch that clears more values is held whole. 250 if absent.')
  @minValue(0)
  maxClearedValuesPerBatch: int?
  @description('The most values that a tenant\'s batches of 24 hours may clear together. 500 if absent.')
  @minValue(0)
  maxClearedValuesPerDay: int?
  @description('The same in per cent of the tenant\'s users. 25 if absent.')
  @minValue(0)
  @maxValue(100)
  maxClearedValuesPercentPerDay: int?
  @description('A batch that renames more users is held whole. 50 if absent.')
  @minValue(0)
  maxRenamesPerBatch: int?
  @description('The most users that a tenant\'s batches of 24 hours may rename together. 100 if absent.')
  @minValue(0)
  maxRenamesPerDay: int?
  @description('The same in per cent of the tenant\'s users. 10 if absent.')
  @minValue(0)
  @maxValue(100)
  maxRenamesPercentPerDay: int?
  @description('A batch that clears more values of groups (securityEnabled set to false counts) is held whole. 50 if absent.')
  @minValue(0)
  maxClearedGroupValuesPerBatch: int?
  @description('The most values of groups that a tenant\'s batches of 24 hours may clear together. 100 if absent.')
  @minValue(0)
  maxClearedGroupValuesPerDay: int?
  @description('A batch that makes more groups public is held whole. 5 if absent.')
  @minValue(0)
  maxOpenedGroupsPerBatch: int?
  @description('The most groups that a tenant\'s batches of 24 hours may make public together. 10 if absent.')
  @minValue(0)
  maxOpenedGroupsPerDay: int?
  @description('A batch that deletes more groups is held whole. 5 if absent.')
  @minValue(0)
  maxGroupDeletesPerBatch: int?
  @description('The most groups that a tenant\'s batches of 24 hours may delete together. 10 if absent.')
  @minValue(0)
  maxGroupDeletesPerDay: int?
  @description('A batch that takes more licenses from users is held whole. 150 if absent.')
  @minValue(0)
  maxLicenseRemovalsPerBatch: int?
  @description('The most licenses that a tenant\'s batches of 24 hours may take from users together. 300 if absent.')
  @minValue(0)
  maxLicenseRemovalsPerDay: int?
  @description('A batch that takes more licenses from groups is held whole. 2 if absent.')
  @minValue(0)
  maxGroupLicenseRemovalsPerBatch: int?
  @description('The most licenses that a tenant\'s batches of 24 hours may take from groups together. 5 if absent.')
  @minValue(0)
  maxGroupLicenseRemovalsPerDay: int?
  @description('A batch that disables or deletes more devices is held whole. 25 if absent.')
  @minValue(0)
  maxDeviceChangesPerBatch: int?
  @description('The most devices that a tenant\'s batches of 24 hours may disable or delete together. 50 if absent.')
  @minValue(0)
  maxDeviceChangesPerDay: int?
  @description('A batch that ends the sessions of more users is held whole. 100 if absent.')
  @minValue(0)
  maxSessionRevocationsPerBatch: int?
  @description('The most users whose sessions a tenant\'s batches of 24 hours may end together. 200 if absent.')
  @minValue(0)
  maxSessionRevocationsPerDay: int?
  @description('The same in per cent of the tenant\'s users. 20 if absent.')
  @minValue(0)
  @maxValue(100)
  maxSessionRevocationsPercentPerDay: int?
  @description('A batch that makes more users guests is held whole. 50 if absent.')
  @minValue(0)
  maxGuestConversionsPerBatch: int?
  @description('The most users that a tenant\'s batches of 24 hours may make guests together. 100 if absent.')
  @minValue(0)
  maxGuestConversionsPerDay: int?
  @description('The same in per cent of the tenant\'s users. 10 if absent.')
  @minValue(0)
  @maxValue(100)
  maxGuestConversionsPercentPerDay: int?
  @description('The most of its members, per cent, that one group may lose in 24 hours. 25 if absent.')
  @minValue(0)
  @maxValue(100)
  maxGroupLossPercentPerDay: int?
  @description('Groups with fewer members may lose all of them. 20 if absent.')
  @minValue(1)
  groupLossFromMembers: int?
  @description('Limits of single tenants, JSON: tenant id, then some of the settings above by their names in docs/settings.md. None if absent.')
  capsByTenant: string?
  @description('An input with a larger share of invalid rows, per cent, is refused whole.')
  @minValue(0)
  @maxValue(100)
  maxInvalidRowsPercent: int
  @description('A batch is paused if one unexplained cause has failed more than this much, per cent, of its last 200 rows. 5 if absent; 100 never pauses it.')
  @minValue(1)
  @maxValue(100)
  breakerPercent: int?
  @description('So many rows of a batch, over all its operations, go first and are read back before the rest goes. 0, none, if absent.')
  @minValue(0)
  @maxValue(1000)
  canaryRows: int?
  @description('A batch that needs Graph permissions which the token lacks. hold: it is held. warn: its plan says so and it runs, for an application that works by a directory role.')
  preflight: 'hold' | 'warn'
}

@export()
@description('What no batch changes before a person has approved it. Absent parts protect nothing.')
type protectedObjects = {
  @description('Users and groups, by object id.')
  objectIds: string[]?
  @description('Groups whose members are protected, by object id: above all the group of the emergency accounts.')
  groupIds: string[]?
  @description('An OData filter of users.')
  userFilter: string?
  @description('Holders of directory roles, those eligible for one, and role-assignable groups. hold needs the feature role-holders: what cannot be read holds every batch. off: nobody looks.')
  roleHolders: 'hold' | 'off'
}

@export()
@description('How people decide about batches.')
type decisionRules = {
  @description('What proves who decides. queue: the right to send to the queue decisions. signed: an ID token of a registration that is made for it, with this one decision as its nonce.')
  proof: 'queue' | 'signed'
  @description('Whether nobody may approve a batch that they submitted, and two must approve one whose submitter is unknown. Needs signed decisions.')
  fourEyes: bool
  @description('Days after which a batch that waits for a decision is cancelled.')
  @minValue(1)
  @maxValue(365)
  heldExpiresDays: int
}

@export()
@description('When a batch differs too much from earlier ones of its source: the folder and the file name, digits folded. Absent figures are those of docs/settings.md.')
type sourceTripwires = {
  @description('Whether such a batch is held; off: its plan only shows the comparison.')
  mode: 'hold' | 'off'
  @description('Smaller inputs are not compared.')
  @minValue(1)
  fromRows: int?
  @description('A column that has lost so many of its values, per cent, holds the batch.')
  @minValue(1)
  @maxValue(100)
  blankPercent: int?
  @description('How many more deletes or disables than ever before a batch may have, per cent.')
  @minValue(0)
  growthPercent: int?
  @description('Sources whose every file is whole, each by the path of one of its files in inbox: only of these are rows missed.')
  fullSources: string[]?
  @description('How many fewer rows than the last file a file of a full source may have, per cent.')
  @minValue(0)
  @maxValue(100)
  missingPercent: int?
}

@export()
@description('What Graph allows one application in one tenant. The published figures are the defaults.')
type graphQuota = {
  @description('Directory writes in one window.')
  @minValue(20)
  writes: int
  @description('That window, seconds.')
  @minValue(1)
  writeWindowSeconds: int
  @description('How many members that are added to one group in one request count as one write; 1 adds each by itself. 3 if absent.')
  @minValue(1)
  @maxValue(20)
  membersPerWrite: int?
  @description('Resource units in one window: 3,500, 5,000 or 8,000 by the number of users in the tenant.')
  @minValue(100)
  resourceUnits: int
  @description('That window, seconds.')
  @minValue(1)
  resourceUnitWindowSeconds: int
  @description('The shortest wait after a throttled answer, seconds.')
  @minValue(1)
  retryFloorSeconds: int
}

@export()
@description('The policy that finds accounts without sign-ins.')
type staleAccountPolicy = {
  @description('Off does nothing. Report makes a batch in mode plan, for people to read. Apply makes a batch that disables accounts.')
  mode: 'apply' | 'off' | 'report'
  @description('Days without a successful sign-in after which an account is stale.')
  @minValue(30)
  days: int
  @description('Accounts younger than this many days are not disabled.')
  @minValue(1)
  minimumAgeDays: int
  @description('Object id of a group whose members are never stale, such as emergency accounts. Required unless the mode is off.')
  excludedGroupId: string
}

@export()
@description('A network that is there already. Empty ids are made by the deployment.')
type existingNetworkIds = {
  @description('Subnet for the app: delegated to Microsoft.App/environments, /27 or larger, no underscore in its name.')
  appSubnetId: string
  @description('Subnet for the private endpoints; given together with the other one.')
  endpointSubnetId: string
  @description('Private DNS zone privatelink.blob.…, linked to the network already; empty for one of our own, as for the next three.')
  blobZoneId: string
  @description('Private DNS zone privatelink.queue.….')
  queueZoneId: string
  @description('Private DNS zone privatelink.table.….')
  tableZoneId: string
  @description('Private DNS zone privatelink.vaultcore.azure.net.')
  vaultZoneId: string
}

@export()
@description('When the timers run: NCRONTAB of six fields, second first, in UTC.')
type timerSchedules = {
  @description('The sweep: finds files and tenants that no event or ring announced, and sends the heartbeat.')
  sweep: string
  @description('The daily check of certificate, keys and consent.')
  certificateCheck: string
  @description('The stale-account policy.')
  staleAccounts: string
}
