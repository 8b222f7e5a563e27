// Holds the certificate, which the vault makes and renews by policy, and the key that signs the seal of a batch
// that has ended. No script sees a private key.

@description('Vault name. It stays taken for 90 days after the vault is deleted, because of purge protection.')
param name string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Let in only private endpoints, the addresses below and trusted services. Functions are not a trusted service.')
param lockDown bool

@description('IPv4 addresses or ranges let through while locked down: the deploy script creates the certificate from there.')
param allowedIpRanges string[]

@description('Log Analytics workspace id.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: lockDown && empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: lockDown ? 'Deny' : 'Allow'
      ipRules: [
        for range in allowedIpRanges: {
          value: range
        }
      ]
    }
  }
}

// Made once: a later deployment leaves the key as it is, so that earlier seals go on being checked with it.
resource sealKey 'Microsoft.KeyVault/vaults/keys@2026-02-01' = {
  parent: vault
  name: 'seal'
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 2048
    keyOps: [
      'sign'
      'verify'
    ]
  }
}

#disable-next-line use-recent-api-versions // the newest stable version, 2016-09-01, has no categoryGroup
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('Vault id.')
output id string = vault.id

@description('Vault name.')
output name string = vault.name

@description('Name of the key that signs seals.')
output sealKeyName string = sealKey.name

@description('Address of that key, without a version.')
output sealKeyUri string = '${vault.properties.vaultUri}keys/${sealKey.name}'

@description('Vault URI.')
output uri string = vault.properties.vaultUri
