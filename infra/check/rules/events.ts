import { fileAt, finding, resourcesOfType } from "../infra.ts";
import { at, written } from "../value.ts";
import type { Rule } from "./rule.ts";

const type = "Microsoft.EventGrid/systemTopics/eventSubscriptions";

export const deliveredByIdentity: Rule = {
  says: "events reach a queue by the topic's identity, and what cannot be delivered is kept",
  findings: (infra) =>
    resourcesOfType(infra, type).flatMap(({ file, it }) => {
      const properties = at(it.body, "properties");
      const kind = written(
        at(properties, "deliveryWithResourceIdentity", "destination", "endpointType"),
      );
      const letters = at(
        properties,
        "deadLetterWithResourceIdentity",
        "deadLetterDestination",
        "endpointType",
      );
      const direct = written(at(properties, "destination", "endpointType"));
      // An Azure Monitor alert takes no identity.
      if (direct === "'MonitorAlert'") return [];
      return [
        ...(kind === "'StorageQueue'" && direct === "nothing"
          ? []
          : [finding(file, it.line, `${it.symbol} is not delivered to a queue by identity`)]),
        ...(written(letters) === "'StorageBlob'"
          ? []
          : [finding(file, it.line, `${it.symbol} has no dead letters`)]),
      ];
    }),
};

export const filtersAreExact: Rule = {
  says: "an event of another certificate or another container sends no message",
  findings: (infra) => {
    const certificate = fileAt(infra, "modules/certificate-events.bicep");
    const inbox = fileAt(infra, "modules/inbox-events.bicep");
    const wrong = [
      ...certificate.resources
        .filter((each) => each.type === type)
        .filter((each) => {
          const filter = at(each.body, "properties", "filter");
          const advanced = at(filter, "advancedFilters");
          const [only] = advanced?.kind === "array" ? advanced.items : [];
          return (
            at(filter, "subjectBeginsWith") !== undefined ||
            written(at(only, "operatorType")) !== "'StringIn'" ||
            written(at(only, "key")) !== "'data.ObjectName'" ||
            written(at(only, "values")) !== "[certificateName]"
          );
        })
        .map((each) => ({ file: certificate, line: each.line })),
      ...inbox.resources
        .filter((each) => each.type === type)
        .filter(
          (each) =>
            written(at(each.body, "properties", "filter", "subjectBeginsWith")) !==
              "'/blobServices/default/containers/${containerName}/blobs/'" ||
            written(at(each.body, "properties", "filter", "includedEventTypes")) !==
              "['Microsoft.Storage.BlobCreated']",
        )
        .map((each) => ({ file: inbox, line: each.line })),
    ];
    return wrong.map(({ file, line }) => finding(file, line, "the filter is not exact"));
  },
};

export const deadLettersAreWatched: Rule = {
  says: "an alert fires when either topic gives an event up, and failed deliveries are logged",
  findings: (infra) => {
    const main = fileAt(infra, "main.bicep");
    const module = main.modules.find(({ symbol }) => symbol === "deliveryAlerts");
    const topics = written(at(module?.body, "params", "topicNames"));
    const alerts = resourcesOfType(infra, "Microsoft.Insights/metricAlerts");
    const [alert] = alerts.filter(({ it }) =>
      written(at(it.body, "properties", "enabled")).includes("true"),
    );
    const criteria = at(alert?.it.body, "properties", "criteria", "allOf");
    const [only] = criteria?.kind === "array" ? criteria.items : [];
    const logs = fileAt(infra, "modules/delivery-alerts.bicep").text;
    return [
      ...(["topics.outputs.vaultTopicName", "topics.outputs.storageTopicName"].every((each) =>
        topics.includes(each),
      )
        ? []
        : [`not every topic is watched: ${topics}`]),
      ...(written(at(only, "metricName")) === "'DeadLetteredCount'" &&
      written(at(only, "threshold")) === "0"
        ? []
        : ["no alert counts dead letters"]),
      ...(logs.includes("category: 'DeliveryFailures'") ? [] : ["failures are not logged"]),
    ].map((message) => finding(main, module?.line ?? 1, message));
  },
};

export const rolesComeFirst: Rule = {
  says: "subscriptions and the site wait for the roles they need",
  findings: (infra) => {
    const main = fileAt(infra, "main.bicep");
    return main.modules
      .filter(({ symbol }) => ["certificateEvents", "inboxEvents", "site"].includes(symbol))
      .filter(({ body }) => !/\broles\b/.test(written(at(body, "dependsOn"))))
      .map((each) => finding(main, each.line, `${each.symbol} does not wait for the roles`));
  },
};
