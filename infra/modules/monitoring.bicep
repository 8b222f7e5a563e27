// Where telemetry goes and who gets the alerts. Ingestion accepts Entra tokens only.

@description('Id of a workspace that is there already; empty for one of our own.')
param existingWorkspaceId string

@description('Name of the Log Analytics workspace.')
param workspaceName string

@description('Name of the Application Insights component.')
param componentName string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Most telemetry a day, GB; -1 for no limit.')
param dailyCapGb int

@description('Short name of the deployment.')
param environmentName string

@description('Mail address that receives alerts; empty for none.')
param alertEmail string

@description('Id of the workspace that is used.')
var workspaceId = empty(existingWorkspaceId) ? workspace.id : existingWorkspaceId

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = if (empty(existingWorkspaceId)) {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    DisableLocalAuth: true
  }
}

resource mail 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmail)) {
  name: 'ag-${componentName}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'dirbatch'
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'directory-batch', environmentName)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Directory Batch (${environmentName})'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: loadTextContent('../workbook.json')
  }
}

@description('Workspace id.')
output workspaceId string = workspaceId

@description('Component name.')
output componentName string = component.name

@description('Connection string. With local authentication off it is no secret: sending takes a token.')
output connectionString string = component.properties.ConnectionString

@description('Action groups that alerts call: one, or none.')
output actionGroupIds string[] = empty(alertEmail)
  ? []
  : [
      mail.id
    ]
