using 'main.bicep'

// infra/deploy.sh sets these from its arguments, from who is signed in, and from what is running.
param environmentName = readEnvironmentVariable('ENVIRONMENT_NAME', 'dev')
param operatorPrincipalType = readEnvironmentVariable('OPERATOR_PRINCIPAL_TYPE', 'User')
param grantGraphPermissions = bool(readEnvironmentVariable('GRANT_GRAPH_PERMISSIONS', 'false'))
var disabledFunctionNames = readEnvironmentVariable('DISABLED_FUNCTIONS', '')
param disabledFunctions = empty(disabledFunctionNames) ? [] : split(disabledFunctionNames, ',')
var ownerIds = readEnvironmentVariable('OWNER_OBJECT_IDS', '')
param ownerObjectIds = empty(ownerIds) ? [] : split(ownerIds, ',')

// Each feature brings its Graph permissions; docs/permissions.md lists them. Fewer are better.
param features = [
  'user.create'
  'user.update'
  'user.disable'
  'group.add-member'
  'group.remove-member'
  'role-holders'
]

param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
