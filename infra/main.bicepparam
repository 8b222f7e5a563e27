using 'main.bicep'

// The deploy script sets these three from its arguments and from who is signed in.
param environmentName = readEnvironmentVariable('ENVIRONMENT_NAME', 'dev')
param operatorPrincipalType = readEnvironmentVariable('OPERATOR_PRINCIPAL_TYPE', 'User')
param grantGraphPermissions = bool(readEnvironmentVariable('GRANT_GRAPH_PERMISSIONS', 'false'))

// Each feature brings its Graph permissions; docs/permissions.md lists them. Fewer are better.
param features = [
  'user.create'
  'user.update'
  'user.disable'
  'group.add-member'
  'group.remove-member'
]

param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
