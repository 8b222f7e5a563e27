// The one identity of the workload: the host's storage, the deployment package, telemetry and the
// certificate in the vault are all reached as this. It holds no Graph permission: those are the
// application's, which signs in with the certificate.

@description('Name of the identity.')
param name string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id.')
output id string = identity.id

@description('Client id, which code and host name the identity by.')
output clientId string = identity.properties.clientId

@description('Object id of its service principal, which roles are assigned to.')
output principalId string = identity.properties.principalId
