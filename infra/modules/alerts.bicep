// Alerts on the product's telemetry (docs/operations.md). A query returns rows only if something is
// wrong, so every rule is the same: it fires on one row or more.

@description('Prefix of the rules\' names.')
param namePrefix string

@description('Location.')
param location string

@description('Tags.')
param tags { *: string }

@description('Log Analytics workspace id.')
param workspaceId string

@description('Action groups to call.')
param actionGroupIds string[]

// A rule is priced by its frequency, so what can wait for hours is looked at every quarter of an hour (docs/cost.md).
@description('One JSON line a trace; docs/operations.md has the events and their fields.')
var events = 'AppTraces | where Message startswith "{" and Message has "event" | extend fields = parse_json(Message) | extend event = tostring(fields.event)'

@description('What to look for, how often, and the severity: 1 pages someone, 3 can wait for the morning.')
var rules = [
  {
    name: 'poison'
    title: 'A message reached a poison queue'
    severity: 1
    frequency: 'PT5M'
    window: 'PT15M'
    query: 'union isfuzzy=true (StorageQueueLogs | where OperationName == "PutMessage" and ObjectKey contains "-poison" and StatusText == "Success" | project TimeGenerated), (${events} | where event == "poison.settled" | project TimeGenerated)'
  }
  {
    name: 'heartbeat-missing'
    title: 'The sweep has not run for half an hour'
    severity: 1
    frequency: 'PT10M'
    window: 'PT30M'
    query: '${events} | where event == "runner.heartbeat" | summarize beats = count() | where beats == 0'
  }
  {
    name: 'token-failed'
    title: 'The application cannot sign in'
    severity: 1
    frequency: 'PT5M'
    window: 'PT15M'
    query: '${events} | where event == "token.failed" | summarize failures = count(), unserved = countif(not(tobool(fields.heldTokenServed))) | where unserved > 0 or failures >= 3'
  }
  {
    name: 'vault-refused'
    title: 'Key Vault refused the application'
    severity: 1
    frequency: 'PT5M'
    window: 'PT15M'
    query: '${events} | where event == "vault.refused"'
  }
  {
    name: 'certificate'
    title: 'The certificate expires soon, is of no use, or is not registered'
    severity: 1
    frequency: 'PT30M'
    window: 'P1D'
    // An instance may use a new version in the minute before it is registered.
    query: '${events} | where event in ("certificate.expiring", "certificate.rolled", "certificate.unregistered", "certificate.unusable") | summarize troubles = countif(event != "certificate.rolled"), rolls = countif(event == "certificate.rolled") by thumbprint = tostring(fields.thumbprint) | where troubles > 0 and rolls == 0'
  }
  {
    name: 'batch-paused'
    title: 'A batch was paused by its breaker or its canary, or its window has ended'
    severity: 1
    frequency: 'PT5M'
    window: 'PT5M'
    query: '${events} | where event == "batch.paused"'
  }
  {
    name: 'policy-failed'
    title: 'A policy failed: the stale-account policy, or the roll or check of the certificate'
    severity: 2
    frequency: 'PT30M'
    window: 'PT30M'
    query: '${events} | where event == "policy.failed"'
  }
  {
    name: 'batch-stopped'
    title: 'A batch cannot continue'
    severity: 1
    frequency: 'PT15M'
    window: 'PT15M'
    query: '${events} | where event == "batch.stopped"'
  }
  {
    name: 'batch-stalled'
    title: 'An accepted batch is not planned or not handed over'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    query: '${events} | where event == "batch.stalled"'
  }
  {
    name: 'consent'
    title: 'A tenant has not consented, or a key is registered that nobody serves'
    severity: 2
    frequency: 'PT1H'
    window: 'P1D'
    query: '${events} | where event in ("certificate.unserved", "consent.missing")'
  }
  {
    name: 'batch-held'
    title: 'A batch waits for a decision'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    query: '${events} | where event == "batch.held"'
  }
  {
    name: 'decision-ignored'
    title: 'A decision was not accepted'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    // A late or repeated decision, or one about a batch that has gone on, is nothing to worry about.
    query: '${events} | where event == "decision.ignored" and tostring(fields.reason) in ("unproven", "unreadable", "not-allowed", "same-person", "too-many", "file-taken")'
  }
  {
    name: 'batch-refused'
    title: 'A batch was refused'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    query: '${events} | where event == "batch.refused"'
  }
  {
    name: 'rows-failed'
    title: 'A batch finished with failed rows'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    query: '${events} | where event == "batch.finished" and toint(fields.verdicts.failed) > 0'
  }
  {
    name: 'throttled'
    title: 'More than one write in a hundred is throttled'
    severity: 3
    frequency: 'PT15M'
    window: 'PT1H'
    query: '${events} | where event == "slice.finished" | summarize writes = sum(tolong(fields.writes)), throttled = sum(tolong(fields.throttled)) | where throttled * 100 > writes'
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${namePrefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      severity: rule.severity
      enabled: true
      autoMitigate: true
      // A new workspace has no StorageQueueLogs until the first message is written.
      skipQueryValidation: true
      scopes: [
        workspaceId
      ]
      evaluationFrequency: rule.frequency
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: actionGroupIds
      }
    }
  }
]
