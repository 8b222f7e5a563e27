// The registration with which people sign decisions: they sign in to it, and the ID token names the one
// decision. It has no key and no permission, so nobody can do anything with it but prove who they are.
// Who may sign is assigned by an administrator (docs/permissions.md): nobody is assigned here.

extension microsoftGraphV1

@description('Immutable client-supplied key of the app registration (Graph uniqueName).')
param uniqueName string

@description('Display name, which people see when they sign in.')
param displayName string

@description('Object ids of owners to add: users or service principals. None leaves the owners as they are.')
param ownerObjectIds string[]

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  description: 'People sign in here to prove who decides about a batch, or who submitted it.'
  notes: 'Deployed from infra/main.bicep. A public client without permissions: it must never get a key or a secret.'
  signInAudience: 'AzureADMyOrg'
  isFallbackPublicClient: false
  publicClient: {
    redirectUris: [
      'http://localhost'
    ]
  }
  requiredResourceAccess: []
  appRoles: [
    {
      id: guid(uniqueName, 'Batch.Decide')
      value: 'Batch.Decide'
      displayName: 'Decide about batches'
      description: 'Approve, reject, cancel, pause, resume, rerun and undo batches.'
      allowedMemberTypes: [
        'User'
      ]
      isEnabled: true
    }
    {
      id: guid(uniqueName, 'Batch.Submit')
      value: 'Batch.Submit'
      displayName: 'Submit batches'
      description: 'Submit batches under one\'s own name.'
      allowedMemberTypes: [
        'User'
      ]
      isEnabled: true
    }
  ]
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
  // Without an assignment Entra issues no token (AADSTS50105).
  appRoleAssignmentRequired: true
  tags: [
    'HideApp'
  ]
}

@description('Application (client) id.')
output appId string = app.appId

@description('Object id of the service principal, to which an administrator assigns people.')
output servicePrincipalId string = servicePrincipal.id
