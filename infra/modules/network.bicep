// The network option: a subnet for the app, one for private endpoints, and one outbound address that
// Conditional Access for workload identities can require.

@description('Suffix of the names.')
param suffix string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Address space of the virtual network: a /24 or larger.')
param addressPrefix string

resource outbound 'Microsoft.Network/publicIPAddresses@2025-09-01' = {
  name: 'pip-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
  }
}

resource nat 'Microsoft.Network/natGateways@2025-09-01' = {
  name: 'ng-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [
      {
        id: outbound.id
      }
    ]
  }
}

// Only the virtual network reaches the endpoints, and only by HTTPS.
resource endpointRules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'nsg-endpoints-${suffix}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'https-from-the-network'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: 'vnet-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          defaultOutboundAccess: false
          natGateway: {
            id: nat.id
          }
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 27, 2)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
          networkSecurityGroup: {
            id: endpointRules.id
          }
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

@description('Id of the subnet that the app is integrated with.')
output appSubnetId string = network::app.id

@description('Id of the subnet for private endpoints.')
output endpointSubnetId string = network::endpoints.id

@description('The address that the app\'s calls to Entra ID and Graph come from.')
output outboundAddress string = outbound.properties.ipAddress
