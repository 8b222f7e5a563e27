// A new version of the certificate sends a message to the function that registers it. A renewal that
// did not happen raises an alert without any code of ours. Events come only for versions made after
// the subscription, which is therefore made before the certificate.

@description('Name of the vault\'s system topic.')
param topicName string

@description('Storage account resource id.')
param storageAccountId string

@description('Queue that receives the events.')
param queueName string

@description('Container for events that could not be delivered.')
param deadLetterContainerName string

@description('Certificate name.')
param certificateName string

@description('Action groups to call before the certificate expires; none for no such alert.')
param actionGroupIds string[]

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource newVersion 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'certificate-new-version'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: {
      includedEventTypes: [
        'Microsoft.KeyVault.CertificateNewVersionCreated'
      ]
      // subjectBeginsWith would match longer names as well.
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.ObjectName'
          values: [
            certificateName
          ]
        }
      ]
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: storageAccountId
          queueName: queueName
          queueMessageTimeToLiveInSeconds: 604800
        }
      }
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: storageAccountId
          blobContainerName: deadLetterContainerName
        }
      }
    }
  }
}

// Near expiry is 30 days before the end and the policy renews 60 days before: near expiry means that renewal failed.
resource nearExpiry 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (!empty(actionGroupIds)) {
  parent: topic
  name: 'certificate-near-expiry'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: {
      includedEventTypes: [
        'Microsoft.KeyVault.CertificateNearExpiry'
        'Microsoft.KeyVault.CertificateExpired'
      ]
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.ObjectName'
          values: [
            certificateName
          ]
        }
      ]
    }
    destination: {
      endpointType: 'MonitorAlert'
      properties: {
        severity: 'Sev1'
        actionGroups: actionGroupIds
        description: 'The certificate was not renewed. docs/rotation.md says what to do.'
      }
    }
  }
}
