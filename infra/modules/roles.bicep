// Every Azure role that this deployment assigns, with its reason, which Azure shows beside the
// assignment. None is assigned at subscription scope. docs/permissions.md has the same table.

import { principal } from '../types.bicep'

@description('Object id of the workload identity.')
param workloadPrincipalId string

@description('How the application proves who it is.')
@allowed(['certificate', 'managed-identity', 'vault-signature'])
param credential string

@description('Object id of the person or pipeline that creates the certificate; empty for none.')
param operatorPrincipalId string

@description('Type of that principal.')
@allowed(['Group', 'ServicePrincipal', 'User'])
param operatorPrincipalType string

@description('Object id of the vault topic\'s identity.')
param vaultTopicPrincipalId string

@description('Object id of the storage topic\'s identity.')
param storageTopicPrincipalId string

@description('Who may submit batches.')
param submitters principal[]

@description('Who may read plans and reports.')
param readers principal[]

@description('Who may decide about batches.')
param deciders principal[]

@description('Storage account name.')
param storageAccountName string

@description('Vault name.')
param vaultName string

@description('Name of the key that signs seals.')
param sealKeyName string

@description('Application Insights component name.')
param componentName string

@description('Queue that batches are submitted to.')
param acceptQueueName string

@description('Queue that certificate events arrive on.')
param certificateQueueName string

@description('Queue that decisions are sent to.')
param decisionQueueName string

@description('Container that files are submitted to.')
param inboxContainerName string

@description('Container of plans and reports.')
param batchesContainerName string

@description('Container for events that could not be delivered.')
param deadLetterContainerName string

@description('Azure\'s own ids of the built-in roles that are given here.')
var roleIds = {
  keyVaultCertificatesOfficer: 'a4417e6f-fecd-4de8-b567-7b0420556985'
  keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageQueueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: storageAccountName

  resource blob 'blobServices' existing = {
    name: 'default'

    resource inbox 'containers' existing = {
      name: inboxContainerName
    }

    resource batches 'containers' existing = {
      name: batchesContainerName
    }

    resource deadLetters 'containers' existing = {
      name: deadLetterContainerName
    }
  }

  resource queue 'queueServices' existing = {
    name: 'default'

    resource accept 'queues' existing = {
      name: acceptQueueName
    }

    resource certificateEvents 'queues' existing = {
      name: certificateQueueName
    }

    resource decisions 'queues' existing = {
      name: decisionQueueName
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName

  resource sealKey 'keys' existing = {
    name: sealKeyName
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

// The workload

resource workloadOwnsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, workloadPrincipalId, roleIds.storageBlobDataOwner)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataOwner)
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The Functions host requires it: it creates its own containers for leases and timers. Inputs, journals, reports and the deployed package need it too.'
  }
}

resource workloadUsesQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, workloadPrincipalId, roleIds.storageQueueDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageQueueDataContributor
    )
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Receives messages, rings the runner, and moves a message that failed five times to a poison queue.'
  }
}

resource workloadUsesTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, workloadPrincipalId, roleIds.storageTableDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageTableDataContributor
    )
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The Functions host writes its diagnostic events to a table.'
  }
}

resource workloadReadsCertificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (credential != 'managed-identity') {
  scope: vault
  name: guid(vault.id, workloadPrincipalId, roleIds.keyVaultSecretsUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Reads the certificate, with its private key if the policy lets it leave the vault, and lists its versions. It can change neither.'
  }
}

resource workloadSignsInVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (credential == 'vault-signature') {
  scope: vault
  name: guid(vault.id, workloadPrincipalId, roleIds.keyVaultCryptoUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultCryptoUser)
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Signs with the key that never leaves the vault; only if the credential is vault-signature.'
  }
}

resource workloadSealsBatches 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::sealKey
  name: guid(vault::sealKey.id, workloadPrincipalId, roleIds.keyVaultCryptoUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultCryptoUser)
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Signs the seal of a batch that has ended, with a key that never leaves the vault. It can sign with no other key.'
  }
}

resource workloadPublishesTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, workloadPrincipalId, roleIds.monitoringMetricsPublisher)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.monitoringMetricsPublisher
    )
    principalId: workloadPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Sends telemetry with a token; the component accepts none without.'
  }
}

// The deployer

resource operatorCreatesCertificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  scope: vault
  name: guid(vault.id, operatorPrincipalId, roleIds.keyVaultCertificatesOfficer)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.keyVaultCertificatesOfficer
    )
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
    description: 'Creates the certificate by policy and reads its public part. It cannot read the private key.'
  }
}

// Event Grid

resource vaultTopicRings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::queue::certificateEvents
  name: guid(account::queue::certificateEvents.id, vaultTopicPrincipalId, roleIds.storageQueueDataMessageSender)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageQueueDataMessageSender
    )
    principalId: vaultTopicPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Delivers the event of a new certificate version.'
  }
}

resource storageTopicRings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::queue::accept
  name: guid(account::queue::accept.id, storageTopicPrincipalId, roleIds.storageQueueDataMessageSender)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageQueueDataMessageSender
    )
    principalId: storageTopicPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Delivers the event of a new file in the inbox.'
  }
}

resource vaultTopicLeavesLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blob::deadLetters
  name: guid(account::blob::deadLetters.id, vaultTopicPrincipalId, roleIds.storageBlobDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageBlobDataContributor
    )
    principalId: vaultTopicPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Leaves certificate events here that it could not deliver.'
  }
}

resource storageTopicLeavesLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blob::deadLetters
  name: guid(account::blob::deadLetters.id, storageTopicPrincipalId, roleIds.storageBlobDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.storageBlobDataContributor
    )
    principalId: storageTopicPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Leaves inbox events here that it could not deliver.'
  }
}

// People and systems that submit, and people that read

// No built-in role writes blobs and does not read them.
resource inboxWriter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (!empty(submitters)) {
  name: guid(resourceGroup().id, 'directory-batch-inbox-writer')
  properties: {
    roleName: 'Directory Batch inbox writer (${uniqueString(resourceGroup().id)})'
    description: 'Puts files into a container; reads, lists and deletes none.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
        ]
        notDataActions: []
      }
    ]
    assignableScopes: [
      resourceGroup().id
    ]
  }
}

resource submittersWriteFiles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for submitter in submitters: {
    scope: account::blob::inbox
    name: guid(account::blob::inbox.id, submitter.id, 'directory-batch-inbox-writer')
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', inboxWriter.name)
      principalId: submitter.id
      principalType: submitter.type
      description: 'Submits files, and cannot read what others submitted.'
    }
  }
]

resource submittersSendMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for submitter in submitters: {
    scope: account::queue::accept
    name: guid(account::queue::accept.id, submitter.id, roleIds.storageQueueDataMessageSender)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageQueueDataMessageSender
      )
      principalId: submitter.id
      principalType: submitter.type
      description: 'Submits batches as messages.'
    }
  }
]

resource readersReadReports 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for reader in readers: {
    scope: account::blob::batches
    name: guid(account::blob::batches.id, reader.id, roleIds.storageBlobDataReader)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataReader)
      principalId: reader.id
      principalType: reader.type
      description: 'Reads plans, reports and the status of batches.'
    }
  }
]

resource decidersSendDecisions 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for decider in deciders: {
    scope: account::queue::decisions
    name: guid(account::queue::decisions.id, decider.id, roleIds.storageQueueDataMessageSender)
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageQueueDataMessageSender
      )
      principalId: decider.id
      principalType: decider.type
      description: 'Approves, rejects, cancels, pauses, resumes, reruns and undoes batches.'
    }
  }
]
