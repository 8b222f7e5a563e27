// The consent itself. Only a Privileged Role Administrator may deploy it: with grantGraphPermissions,
// or by hand as infra/print-consent.sh shows. Taking a permission out of the list does not revoke it;
// docs/permissions.md says how to.

extension microsoftGraphV1

@description('Object id of the service principal that receives the permissions.')
param servicePrincipalId string

@description('App role ids of the Graph permissions to grant.')
param graphAppRoleIds string[]

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource grants 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for id in graphAppRoleIds: {
    appRoleId: id
    principalId: servicePrincipalId
    resourceId: graph.id
  }
]

@description('Number of permissions granted.')
output grantCount int = length(graphAppRoleIds)
