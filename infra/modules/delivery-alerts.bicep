// What Event Grid could not deliver: its own log of failures, and an alert when an event is given up
// and put into the dead-letter container. The sweep finds the files anyway, the daily check the
// certificate; but somebody should know.

@description('Prefix of the alerts\' names.')
param namePrefix string

@description('Tags.')
param tags { *: string }

@description('Names of the system topics.')
param topicNames string[]

@description('Log Analytics workspace id.')
param workspaceId string

@description('Action groups to call.')
param actionGroupIds string[]

resource topics 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = [
  for topicName in topicNames: {
    name: topicName
  }
]

#disable-next-line use-recent-api-versions // the newest stable version, 2016-09-01, has no categoryGroup
resource failures 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for (topicName, i) in topicNames: {
    scope: topics[i]
    name: 'delivery-failures'
    properties: {
      workspaceId: workspaceId
      logs: [
        {
          category: 'DeliveryFailures'
          enabled: true
        }
      ]
    }
  }
]

resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for (topicName, i) in topicNames: {
    name: '${namePrefix}-dead-letters-${i}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Event Grid gave an event of ${topicName} up. It lies in the container dead-letters.'
      severity: 2
      enabled: true
      autoMitigate: true
      scopes: [
        topics[i].id
      ]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'dead-letters'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: 'DeadLetteredCount'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      actions: [
        for actionGroupId in actionGroupIds: {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
]
