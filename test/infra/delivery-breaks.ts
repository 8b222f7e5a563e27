import type { Breaks } from "./infra-under-test.ts";

const main = "main.bicep";
const policy = "certificate-policy.json";

/** Of events, certificate and compiler. */
export const deliveryBreaks = {
  deliveredByIdentity: {
    "no dead letters": {
      file: "modules/inbox-events.bicep",
      from: "endpointType: 'StorageBlob'",
      to: "endpointType: 'None'",
    },
    "delivered without identity": {
      file: "modules/certificate-events.bicep",
      from: "deliveryWithResourceIdentity: {",
      to: "delivery: {",
    },
  },
  filtersAreExact: {
    "by a prefix": {
      file: "modules/certificate-events.bicep",
      from: "operatorType: 'StringIn'",
      to: "operatorType: 'StringBeginsWith'",
    },
    "a container's prefix": {
      file: "modules/inbox-events.bicep",
      from: "${containerName}/blobs/'",
      to: "${containerName}'",
    },
  },
  deadLettersAreWatched: {
    "one topic is not": { file: main, from: "      topics.outputs.storageTopicName\n", to: "" },
    "another metric": {
      file: "modules/delivery-alerts.bicep",
      from: "'DeadLetteredCount'",
      to: "'DroppedEventCount'",
    },
    "the failures are not logged": {
      file: "modules/delivery-alerts.bicep",
      from: "'DeliveryFailures'",
      to: "'PublishFailures'",
    },
  },
  rolesComeFirst: {
    "nothing waits": { file: main, from: /dependsOn: \[\n +roles\n/, to: "dependsOn: [\n" },
  },
  certificatePolicy: {
    "the key is used again": { file: policy, from: '"reuseKey": false', to: '"reuseKey": true' },
    "renewed when near-expiry is raised": {
      file: policy,
      from: '"daysBeforeExpiry": 60',
      to: '"daysBeforeExpiry": 30',
    },
    "a short key": { file: policy, from: "3072", to: "1024" },
    "for everything": {
      file: policy,
      from: '["digitalSignature"]',
      to: '["digitalSignature", "keyEncipherment"]',
    },
    "the other policy is another": {
      file: "certificate-policy.vault-signature.json",
      from: "3072",
      to: "2048",
    },
    "the other policy lets the key out": {
      file: "certificate-policy.vault-signature.json",
      from: "false,",
      to: "true,",
    },
  },
  compilerConfig: {
    "a rule is off": {
      file: "bicepconfig.json",
      from: /("no-unused-params": \{ "level": )"error"/,
      to: '"no-unused-params": { "level": "off"',
    },
    "another extension": { file: "bicepconfig.json", from: "v1.0:1.0.0", to: "v1.0:1.1.0-preview" },
    "Graph without the extension": {
      file: "modules/graph-app.bicep",
      from: "extension microsoftGraphV1\n",
      to: "",
    },
  },
  globalCloud: {
    "another cloud": {
      file: "modules/app-settings.bicep",
      from: "CLOUD: 'global'",
      to: "CLOUD: 'china'",
    },
  },
} as const satisfies Breaks;
