// What the resource group may cost in a month before a mail is sent. It stops nothing.

@description('Name.')
param name string

@description('Amount a month, in the currency of the subscription.')
@minValue(1)
param amount int

@description('First day of the month that the budget begins in. It cannot be changed once the budget is made.')
param startDate string

@description('Mail addresses that get the mail.')
param contactEmails string[]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    notifications: {
      spent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: contactEmails
      }
      forecast: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: contactEmails
      }
    }
  }
}
