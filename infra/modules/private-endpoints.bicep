// Private endpoints of the storage account and the vault, with the names that lead to them.

import { existingNetworkIds } from '../types.bicep'

@description('Suffix of the names.')
param suffix string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Id of the subnet that the endpoints are put into.')
param subnetId string

@description('DNS zones that are there already.')
param existingNetwork existingNetworkIds

@description('Storage account id.')
param storageAccountId string

@description('Vault id.')
param vaultId string

@description('One endpoint for each kind of access, with the zone that its name is looked up in.')
var endpoints = [
  {
    group: 'blob'
    zone: 'privatelink.blob.${environment().suffixes.storage}'
    zoneId: existingNetwork.blobZoneId
  }
  {
    group: 'queue'
    zone: 'privatelink.queue.${environment().suffixes.storage}'
    zoneId: existingNetwork.queueZoneId
  }
  {
    group: 'table'
    zone: 'privatelink.table.${environment().suffixes.storage}'
    zoneId: existingNetwork.tableZoneId
  }
  {
    group: 'vault'
    zone: 'privatelink.vaultcore.azure.net'
    zoneId: existingNetwork.vaultZoneId
  }
]

@description('The network that the subnet is part of: the first segments of its id.')
var networkId = join(take(split(subnetId, '/'), 9), '/')

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for endpoint in endpoints: if (empty(endpoint.zoneId)) {
    name: endpoint.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (endpoint, i) in endpoints: if (empty(endpoint.zoneId)) {
    parent: zones[i]
    name: 'link-${suffix}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: networkId
      }
    }
  }
]

// One after the other: a storage account takes one such operation at a time, and answers the
// others StorageAccountOperationInProgress.
@batchSize(1)
resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-09-01' = [
  for endpoint in endpoints: {
    name: 'pep-${endpoint.group}-${suffix}'
    location: location
    tags: tags
    properties: {
      subnet: {
        id: subnetId
      }
      privateLinkServiceConnections: [
        {
          name: endpoint.group
          properties: {
            privateLinkServiceId: endpoint.group == 'vault' ? vaultId : storageAccountId
            groupIds: [
              endpoint.group
            ]
          }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-09-01' = [
  for (endpoint, i) in endpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: endpoint.group
          properties: {
            privateDnsZoneId: empty(endpoint.zoneId) ? zones[i].id : endpoint.zoneId
          }
        }
      ]
    }
  }
]

@description('Names that resolve to private addresses in the network.')
output zoneNames string[] = [for endpoint in endpoints: endpoint.zone]
