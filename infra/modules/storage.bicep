// Everything the product keeps: queues, inputs, journals, reports, and the host's own containers.
// It accepts Entra tokens only; account keys are disabled.

@description('Account name: 3 to 24 lower case letters and digits.')
param name string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Redundancy. Zone-redundant by default; a region without zones needs Standard_LRS.')
@allowed(['Standard_GZRS', 'Standard_LRS', 'Standard_ZRS'])
param sku string

@description('Queues of the product. Each gets a twin with -poison, made here so that no principal needs the right to create queues.')
param queueNames string[]

@description('Blob containers of the product and of its delivery.')
param containerNames string[]

@description('Container that Event Grid leaves undeliverable events in.')
param deadLetterContainerName string

@description('Let in only private endpoints, the addresses below and Event Grid.')
param lockDown bool

@description('IPv4 addresses or ranges let through while locked down.')
param allowedIpRanges string[]

@description('Days after which a file in inbox is deleted. It was copied into its batch when it was accepted.')
@minValue(1)
param inboxRetentionDays int

@description('Days after which journals are deleted. They are the only append blobs.')
@minValue(7)
param journalRetentionDays int

@description('Days after which the values from before the writes are deleted.')
@minValue(1)
param beforeRetentionDays int

@description('Days after which inputs, reports and manifests are deleted; 0 keeps them. A deleted manifest frees its batch name: the same name would then run again. They are kept a week longer than the files of inbox whatever is set: a sweep takes a file whose batch is gone for a new one.')
@minValue(0)
param reportRetentionDays int

@description('Forbid deleting the account until the lock is removed by hand. Needs Owner to deploy.')
param deleteLock bool

@description('Log Analytics workspace id.')
param workspaceId string

@description('Each queue and its poison twin.')
var allQueues = flatten(map(queueNames, queueName => [queueName, '${queueName}-poison']))

@description('Ranges that the firewall of a storage account does not take.')
var smallRanges = filter(allowedIpRanges, range => endsWith(range, '/31') || endsWith(range, '/32'))

@description('Their addresses one by one: the two of a /31, the one of a /32.')
var smallAddresses = map(smallRanges, range => union([parseCidr(range).network], [parseCidr(range).broadcast]))

@description('What the firewall is given.')
var storageAddresses = concat(filter(allowedIpRanges, range => !contains(smallRanges, range)), flatten(smallAddresses))

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    isSftpEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Not 'Disabled' when locked down: Event Grid comes in as a trusted service, by the bypass.
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: lockDown ? 'Deny' : 'Allow'
      ipRules: [
        for address in storageAddresses: {
          value: address
          action: 'Allow'
        }
      ]
    }
  }

  resource blob 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: {
        enabled: true
        days: 14
      }
      containerDeleteRetentionPolicy: {
        enabled: true
        days: 14
      }
      // status.json is overwritten every few seconds while a batch runs, and its versions have no use.
      isVersioningEnabled: false
    }

    resource containers 'containers' = [
      for containerName in concat(containerNames, [deadLetterContainerName]): {
        name: containerName
        properties: {
          publicAccess: 'None'
        }
      }
    ]
  }

  resource queue 'queueServices' = {
    name: 'default'

    resource queues 'queues' = [
      for queueName in allQueues: {
        name: queueName
      }
    ]
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'inbox-files'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['inbox/']
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: inboxRetentionDays
                  }
                }
              }
            }
          }
          {
            name: 'journals'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['appendBlob']
                prefixMatch: ['batches/']
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: journalRetentionDays
                  }
                }
              }
            }
          }
          {
            // The tag that shared/records/approval/before.ts gives them.
            name: 'before-values'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['batches/']
                blobIndexMatch: [
                  {
                    name: 'kind'
                    op: '=='
                    value: 'before'
                  }
                ]
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: beforeRetentionDays
                  }
                }
              }
            }
          }
          {
            name: 'inputs-and-reports-cool'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['batches/']
              }
              actions: {
                baseBlob: {
                  tierToCool: {
                    daysAfterModificationGreaterThan: 30
                  }
                }
              }
            }
          }
          {
            name: 'inputs-and-reports-delete'
            type: 'Lifecycle'
            enabled: reportRetentionDays > 0
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['batches/']
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: max(reportRetentionDays, inboxRetentionDays + 7)
                  }
                }
              }
            }
          }
          {
            name: 'dead-letters'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['${deadLetterContainerName}/']
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: 30
                  }
                }
              }
            }
          }
        ]
      }
    }
  }
}

// Who put what on a queue; the alert on poison queues reads it too, without trusting our own code.
#disable-next-line use-recent-api-versions // the newest stable version, 2016-09-01, has no categoryGroup
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::queue
  name: 'writes'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
    ]
  }
}

// Who uploaded a file, and who deleted a journal.
#disable-next-line use-recent-api-versions // the newest stable version, 2016-09-01, has no categoryGroup
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blob
  name: 'writes-and-deletes'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  scope: account
  name: 'journals-and-reports'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the journals that say which rows of an unfinished batch were sent.'
  }
}

@description('Account id.')
output id string = account.id

@description('Account name.')
output name string = account.name

@description('Blob endpoint, with a slash at its end.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Queue endpoint, with a slash at its end.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Table endpoint, with a slash at its end.')
output tableEndpoint string = account.properties.primaryEndpoints.table
