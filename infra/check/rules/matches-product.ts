import type { Finding } from "../bicep-file.ts";
import { fileAt, finding, type Infra, resourcesOfType } from "../infra.ts";
import { at, objectOf, type ObjectValue, textAt, type Value, written } from "../value.ts";
import type { Rule } from "./rule.ts";

/** What the Functions host and its triggers read, and the product does not. */
export const hostSettings = [
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "AzureWebJobsStorage__blobServiceUri",
  "AzureWebJobsStorage__clientId",
  "AzureWebJobsStorage__credential",
  "AzureWebJobsStorage__queueServiceUri",
  "AzureWebJobsStorage__tableServiceUri",
];

/** The settings of a trigger's connection by a user-assigned identity. */
const connectionParts = ["blobServiceUri", "clientId", "credential", "queueServiceUri"];

/** Containers that are the platform's: the package, and events that could not be delivered. */
export const deliveryContainers = ["dead-letters", "deployments"];

/** App Service on Linux takes letters, digits, dots and underscores in a setting's name, and no hyphen. */
export const functionNames: Rule = {
  says: "every function's name is valid in AzureWebJobs.NAME.Disabled, so that each can be disabled alone",
  findings: (infra) =>
    infra.product.functions
      .filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))
      .map((name) => finding("../functions", 1, `${name} is not camelCase`)),
};

/** A finding for each name that is in one list only. */
function difference(
  file: string,
  what: string,
  [here, has]: readonly [string, Iterable<string>],
  [there, wants]: readonly [string, Iterable<string>],
): Finding[] {
  const [ours, theirs] = [new Set(has), new Set(wants)];
  const lacks = [...theirs].filter((each) => !ours.has(each));
  const extra = [...ours].filter((each) => !theirs.has(each));
  return [
    ...lacks.map((each) => finding(file, 1, `${what} ${each} is in ${there}, not in ${here}`)),
    ...extra.map((each) => finding(file, 1, `${what} ${each} is in ${here}, not in ${there}`)),
  ];
}

const keysOf = (value: Value | undefined): string[] =>
  (objectOf(value)?.properties ?? []).map(({ name }) => name);

/** The object that a variable of main.bicep is. */
function variable(infra: Infra, name: string): ObjectValue | undefined {
  return objectOf(
    fileAt(infra, "main.bicep").declarations.find((each) => each.name === name)?.value,
  );
}

const textsOf = (object: ObjectValue | undefined): string[] =>
  (object?.properties ?? []).flatMap(({ value }) => (value.kind === "string" ? [value.text] : []));

const settingsFile = "modules/app-settings.bicep";

/** The settings that a deployment makes; those that disable a function come on top of them. */
const settingsIn = (infra: Infra): string[] =>
  keysOf(
    fileAt(infra, settingsFile).declarations.find(({ name }) => name === "productSettings")?.value,
  );

/** A function that is kept running by name. */
export const alwaysReadyFunctions: Rule = {
  says: "every function that is kept running is one of the product's",
  findings: (infra) =>
    infra.bicep.flatMap((file) =>
      [...file.text.matchAll(/'function:([^']+)'/g)]
        .filter(([, name = ""]) => !infra.product.functions.includes(name))
        .map(([all]) => finding(file, 1, `there is no ${all}`)),
    ),
};

export const settings: Rule = {
  says: "the application settings are exactly those that shared/app/settings.ts and the host read",
  findings: (infra) => {
    const wanted = [
      ...hostSettings,
      ...infra.product.settingNames,
      ...infra.product.connections.flatMap((each) =>
        connectionParts.map((part) => `${each}__${part}`),
      ),
    ];
    return difference(
      settingsFile,
      "setting",
      ["the Bicep", settingsIn(infra)],
      ["the product", wanted],
    );
  },
};

/** What a deployment sets if its parameters leave a setting out: `string(guards.?name ?? 5)`. */
export const settingDefaults: Rule = {
  says: "a setting that the parameters leave out has the product's own default",
  findings: (infra) => {
    const file = fileAt(infra, settingsFile);
    return [...file.text.matchAll(/^ +(\w+): .*\?\? '?([\w.-]+)'?\)?$/gm)]
      .filter(([, name = "", value]) => infra.product.defaults[name] !== value)
      .map(([, name, value]) => finding(file, 1, `${name} would be ${value}, not the default`));
  },
};

export const queues: Rule = {
  says: "the queues are those with a trigger, each with a -poison twin",
  findings: (infra) => {
    const made = textsOf(variable(infra, "queues")).flatMap((each) => [each, `${each}-poison`]);
    const [own, twin] = ["queueName", "'${queueName}-poison'"];
    const storage = fileAt(infra, "modules/storage.bicep");
    const all = storage.declarations.find((each) => each.name === "allQueues");
    const twins = written(all?.value).includes(`[${own}, ${twin}]`);
    return [
      ...difference(
        "main.bicep",
        "queue",
        ["the Bicep", made],
        ["the triggers", infra.product.queues],
      ),
      ...(twins
        ? []
        : [finding(storage, all?.line ?? 1, "allQueues must pair each queue with its -poison")]),
    ];
  },
};

export const containers: Rule = {
  says: "the containers are those that the code opens, and the platform's two",
  findings: (infra) =>
    difference(
      "main.bicep",
      "container",
      ["the Bicep", textsOf(variable(infra, "containers"))],
      ["the code", [...infra.product.containers, ...deliveryContainers]],
    ),
};

export const namesReachTheirPlace: Rule = {
  says: "every queue and container of main.bicep is passed to the storage module",
  findings: (infra) => {
    const main = fileAt(infra, "main.bicep");
    const storage = main.modules.find((each) => each.symbol === "storage");
    const handed = ["queueNames", "containerNames", "deadLetterContainerName"]
      .map((name) => written(at(storage?.body, "params", name)))
      .join(" ");
    return ["queues", "containers"].flatMap((name) =>
      keysOf(variable(infra, name))
        .filter((key) => !new RegExp(`\\b${name}\\.${key}\\b`).test(handed))
        .map((key) => finding(main, storage?.line ?? 1, `${name}.${key} is not made`)),
    );
  },
};

export const schedules: Rule = {
  says: "every timer has its schedule among the settings, and every schedule its timer",
  findings: (infra) => {
    const given = settingsIn(infra).filter((each) => each.endsWith("_SCHEDULE"));
    const defaults = variable(infra, "schedules");
    return [
      ...difference(
        settingsFile,
        "schedule",
        ["the Bicep", given],
        ["the timers", infra.product.schedules],
      ),
      ...textsOf(defaults)
        .filter((each) => each.split(" ").length !== 6)
        .map((each) => finding("main.bicep", 1, `“${each}” is not six fields`)),
    ];
  },
};

export const lifecycle: Rule = {
  says: "lifecycle rules name containers that exist, and never delete manifests unasked",
  findings: (infra) => {
    const known = new Set(textsOf(variable(infra, "containers")));
    const [found] = resourcesOfType(infra, "Microsoft.Storage/storageAccounts/managementPolicies");
    const rules = at(found?.it.body, "properties", "policy", "rules");
    if (found === undefined || rules?.kind !== "array") {
      return [finding("modules/storage.bicep", 1, "no lifecycle rules are made")];
    }
    return rules.items.flatMap((rule) => {
      const name = textAt(rule, "name") ?? "a rule";
      const prefixes = at(rule, "definition", "filters", "prefixMatch");
      const unknown = (prefixes?.kind === "array" ? prefixes.items : [])
        .flatMap((each) => (each.kind === "string" ? [each.text.split("/")[0] ?? ""] : []))
        .filter((each) => !known.has(each));
      const deletes = at(rule, "definition", "actions", "baseBlob", "delete") !== undefined;
      const ofBatches = written(prefixes).includes("'batches/'");
      const journals = written(at(rule, "definition", "filters", "blobTypes")) === "['appendBlob']";
      // Values from before the writes are known by their index tag; no manifest has one.
      const tagged = at(rule, "definition", "filters", "blobIndexMatch");
      const beforeValues =
        tagged?.kind === "array" &&
        tagged.items.length > 0 &&
        tagged.items.every((tag) => textAt(tag, "value") === "before");
      const always = written(at(rule, "enabled")) === "true";
      return [
        ...unknown.map((each) =>
          finding(found.file, found.it.line, `${name}: no container ${each}`),
        ),
        ...(deletes && ofBatches && !journals && !beforeValues && always
          ? [finding(found.file, found.it.line, `${name} frees batch names without being asked to`)]
          : []),
      ];
    });
  },
};
