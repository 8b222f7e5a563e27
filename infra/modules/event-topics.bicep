// The sources of events. Separate from the subscriptions, because the topics' identities need their
// roles before a subscription that delivers with them can be made. The identities are system-assigned:
// a storage account with a firewall lets Event Grid in with no other kind.

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Key Vault resource id.')
param vaultId string

@description('Storage account resource id.')
param storageAccountId string

@description('Name of the storage account\'s topic; empty for one of our own. An account has one system topic at most.')
param storageTopicName string

resource vaultTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-vault-${uniqueString(vaultId)}'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: vaultId
    topicType: 'Microsoft.KeyVault.vaults'
  }
}

resource storageTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: empty(storageTopicName) ? 'evgt-storage-${uniqueString(storageAccountId)}' : storageTopicName
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: storageAccountId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

@description('Name of the vault\'s topic.')
output vaultTopicName string = vaultTopic.name

@description('Object id of the vault topic\'s identity.')
output vaultTopicPrincipalId string = vaultTopic.identity.principalId

@description('Name of the storage account\'s topic.')
output storageTopicName string = storageTopic.name

@description('Object id of the storage topic\'s identity.')
output storageTopicPrincipalId string = storageTopic.identity.principalId
