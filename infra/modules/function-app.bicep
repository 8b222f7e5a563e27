// The app: Flex Consumption, Node, everything by identity. It has no endpoint: the site refuses all
// inbound traffic, and only publishing reaches its SCM site.

@description('Site name.')
param name string

@description('Plan name.')
param planName string

@description('Location. Must be a Flex Consumption region.')
param location string

@description('Tags.')
param tags { *: string }

@description('Resource id of the workload identity.')
param identityId string

@description('Blob endpoint of the storage account, with a slash at its end.')
param blobEndpoint string

@description('Container that the deployed package is kept in.')
param deploymentContainerName string

@description('Node.js major version of the Flex runtime.')
@allowed(['22', '24'])
param nodeVersion string

@description('Memory of an instance, MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Upper bound of instances, of each function for itself.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances of runTenant that are kept running, each at the price of an instance; 0 for none.')
@minValue(0)
@maxValue(20)
param runTenantAlwaysReady int

@description('Spread the app over availability zones. The region needs them, and the storage account a zone-redundant SKU.')
param zoneRedundant bool

@description('Integration subnet id; empty for none.')
param subnetId string

@description('IPv4 addresses or ranges that may publish; empty lets any address try, with an Entra token.')
param publisherIpRanges string[]

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Enabled for the SCM site alone, which 'Disabled' would close as well.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${deploymentContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: runTenantAlwaysReady == 0
          ? []
          : [
              {
                name: 'function:runTenant'
                instanceCount: runTenantAlwaysReady
              }
            ]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: empty(publisherIpRanges) ? 'Allow' : 'Deny'
      scmIpSecurityRestrictions: [
        for (range, i) in publisherIpRanges: {
          name: 'publisher-${i}'
          action: 'Allow'
          priority: 100 + i
          ipAddress: range
        }
      ]
    }
  }
}

@description('Site name.')
output name string = site.name
