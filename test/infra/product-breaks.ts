import type { Breaks } from "./infra-under-test.ts";

const main = "main.bicep";
const storage = "modules/storage.bicep";
const alerts = "modules/alerts.bicep";

/** Of what the Bicep and the product have to agree on. */
export const productBreaks = {
  settings: {
    "one is missing": {
      file: "modules/app-settings.bicep",
      from: /\n +MAX_DELETES_PER_BATCH[^\n]*/,
      to: "",
    },
    "one is misspelled": {
      file: "modules/app-settings.bicep",
      from: "KEY_VAULT_URI:",
      to: "VAULT_URI:",
    },
    "the code reads another": {
      product: (was) => ({ ...was, settingNames: [...was.settingNames, "NEW_SETTING"] }),
    },
    "a trigger has another connection": {
      product: (was) => ({ ...was, connections: ["Storage"] }),
    },
  },
  settingDefaults: {
    "another default": {
      file: "modules/app-settings.bicep",
      from: "guards.?maxDeletesPerDay ?? 20",
      to: "guards.?maxDeletesPerDay ?? 2000",
    },
  },
  functionNames: {
    "a hyphen, which no setting's name may have": {
      product: (was) => ({ ...was, functions: [...was.functions, "run-tenant"] }),
    },
  },
  alwaysReadyFunctions: {
    "another name": {
      file: "modules/function-app.bicep",
      from: "'function:runTenant'",
      to: "'function:run-tenant'",
    },
  },
  queues: {
    "one is misspelled": { file: main, from: "accept: 'accept'", to: "accept: 'accepted'" },
    "a function listens elsewhere": {
      product: (was) => ({ ...was, queues: [...was.queues, "retry"] }),
    },
    "a poison queue has no function": {
      product: (was) => ({ ...was, queues: was.queues.filter((each) => each !== "run-poison") }),
    },
    "poison queues are not made": {
      file: storage,
      from: "[queueName, '${queueName}-poison']",
      to: "[queueName]",
    },
  },
  containers: {
    "one is misspelled": { file: main, from: "inbox: 'inbox'", to: "inbox: 'in'" },
    "the code opens another": {
      product: (was) => ({ ...was, containers: [...was.containers, "archive"] }),
    },
  },
  namesReachTheirPlace: {
    "a queue is not made": { file: main, from: "      queues.run\n", to: "" },
    "a container is not made": { file: main, from: "      containers.runner\n", to: "" },
  },
  schedules: {
    "a timer has no schedule": {
      product: (was) => ({ ...was, schedules: [...was.schedules, "NEW_SCHEDULE"] }),
    },
    "a schedule has no timer": {
      product: (was) => ({ ...was, schedules: was.schedules.slice(1) }),
    },
    "five fields": { file: main, from: "'0 */5 * * * *'", to: "'*/5 * * * *'" },
  },
  lifecycle: {
    "a container that there is not": { file: storage, from: "['inbox/']", to: "['in/']" },
    "batch names are freed": {
      file: storage,
      from: "enabled: reportRetentionDays > 0",
      to: "enabled: true",
    },
    "a tag that other blobs may have too": {
      file: storage,
      from: "value: 'before'",
      to: "value: ''",
    },
  },
  queriesFollowTheContract: {
    "an event that nobody writes": { file: alerts, from: '"batch.held"', to: '"batch.stuck"' },
    "a field that there is not": {
      file: alerts,
      from: "fields.verdicts.failed",
      to: "fields.failures",
    },
    "in the workbook": { file: "workbook.json", from: "fields.quotaShare", to: "fields.quota" },
    "the product renames one": {
      product: ({ events, ...was }) => ({
        ...was,
        events: { ...events, "vault.refused": [], "token.failed": [] },
      }),
    },
  },
  alertsWatchEverything: {
    "nobody watches held batches": { file: alerts, from: '"batch.held"', to: '"batch.refused"' },
    "alerts call nobody": {
      file: alerts,
      from: "actionGroups: actionGroupIds",
      to: "actionGroups: []",
    },
  },
} as const satisfies Breaks;
