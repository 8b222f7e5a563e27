// The application that Graph sees. Its keys are not here: the deploy script registers the first
// one, the app rolls it from then on, and a template that listed keys would undo every rotation.
// accountEnabled is not here either: an operator who disables the service principal stops every
// sign-in, and a deployment must not undo that.

extension microsoftGraphV1

@description('Immutable client-supplied key of the app registration (Graph uniqueName).')
param uniqueName string

@description('Display name shown in the Entra admin center.')
param displayName string

@description('App role ids of the Graph permissions that the enabled features need. Listing them grants nothing.')
param graphAppRoleIds string[]

@description('Whether other tenants may consent to the application.')
param multiTenant bool

@description('Object ids of owners to add: users or service principals. None leaves the owners as they are; nobody is removed by leaving them out.')
param ownerObjectIds string[]

@description('Object id of a user-assigned identity that may sign in as the application instead of the certificate; empty for none.')
param federatedPrincipalId string

@description('Microsoft Graph itself, in every tenant.')
var graphAppId = '00000003-0000-0000-c000-000000000000'

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  description: 'Runs batches of directory operations from Azure Functions, with application permissions.'
  notes: 'Deployed from infra/main.bicep. Keys are rolled by the application itself.'
  signInAudience: multiTenant ? 'AzureADMultipleOrgs' : 'AzureADMyOrg'
  requiredResourceAccess: [
    {
      resourceAppId: graphAppId
      resourceAccess: [
        for id in graphAppRoleIds: {
          id: id
          type: 'Role'
        }
      ]
    }
  ]
  // No key may be added to the service principal, in this tenant or another: keys belong to the application.
  servicePrincipalLockConfiguration: {
    isEnabled: true
    allProperties: true
  }
  owners: empty(ownerObjectIds)
    ? null
    : {
        relationshipSemantics: 'append'
        relationships: ownerObjectIds
      }
}

resource servicePrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
  appRoleAssignmentRequired: false
  tags: [
    'HideApp'
  ]
  owners: empty(ownerObjectIds)
    ? null
    : {
        relationshipSemantics: 'append'
        relationships: ownerObjectIds
      }
}

resource federation 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (!empty(federatedPrincipalId)) {
  name: '${app.uniqueName}/workload-identity'
  description: 'The identity of the function app may sign in as this application.'
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: federatedPrincipalId
  audiences: [
    'api://AzureADTokenExchange'
  ]
}

@description('Application (client) id.')
output appId string = app.appId

@description('Object id of the application.')
output appObjectId string = app.id

@description('Object id of the service principal.')
output servicePrincipalId string = servicePrincipal.id
