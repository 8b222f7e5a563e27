import type { Answer, AzureState } from "./azure-state.ts";

/** A list of what `--query` picks: knack writes an item a line, and a list in it with tabs between. */
type Picked = string | readonly (string | readonly string[])[];
type Option = (name: string) => string;
type Command = (state: AzureState, option: Option, given: Given) => Picked;

/** What a deployment takes from the environment. */
interface Given {
  readonly disabled: string;
}

class Refused extends Error {}

/** An error that no waiting mends. */
function refuse(message: string): never {
  throw new Refused(message);
}

/** The outputs that a query of `properties.outputs.<name>.value` names. */
const outputs: Command = ({ deployed, deploymentFailed, outputs: known }, option) => {
  if (!deployed.includes(option("--name")))
    refuse("(DeploymentNotFound) There is no such deployment.");
  // As az does for a deployment that has none: nothing, and no error.
  if (deploymentFailed) return [];
  const query = option("--query");
  const names = [...query.matchAll(/properties\.outputs\.(\w+)\.value/g)].map(
    ([, name = ""]) => name,
  );
  const values = names.map((name) => known[name] ?? refuse(`There is no output ${name}.`));
  return query.startsWith("[") ? values : String(values[0]);
};

/** What a deployment makes, by resource type. */
const made: Record<string, string> = {
  "Microsoft.KeyVault/vaults": "kv-test",
  "Microsoft.ManagedIdentity/userAssignedIdentities": "id-dev-abc",
  "Microsoft.Web/sites": "func-test",
};

/** `az rest --method GET`, by a part of the address. */
const reads: Readonly<Record<string, Command>> = {
  "/applications(uniqueName='directory-batch-dev-abc')": ({
    hasApplication,
    outputs: { clientId },
  }) =>
    hasApplication
      ? [String(clientId), "object-1"]
      : refuse("Not Found({'error':{'code':'Request_ResourceNotFound'}})"),
  "deletedItems/microsoft.graph.application": ({ deletedApplications }) => deletedApplications,
  "deletedItems/microsoft.graph.servicePrincipal": ({ deletedPrincipals }) => deletedPrincipals,
  "Microsoft.KeyVault/deletedVaults": ({ deletedVaults }) => deletedVaults,
  "Microsoft.Authorization/permissions": ({ rights }) => rights,
  appRoleAssignments: ({ granted }) => granted,
  roleDefinitions: () => "role-1",
};

/** A deleted object that was restored, or deleted for good. */
function forget(state: AzureState, url: string): void {
  const [, id = ""] = /deletedItems\/([^/]+)/.exec(url) ?? [];
  state.deletedApplications = state.deletedApplications.filter(([each]) => each !== id);
  state.deletedPrincipals = state.deletedPrincipals.filter((each) => each !== id);
}

/** Every command that the scripts may use; another is refused as az refuses a misspelled one. */
const commands: Readonly<Record<string, Command>> = {
  "account show": ({ userType }, option) =>
    option("--output") === "none" ? [] : ["Corp", "sub-1", "tenant-1", userType],
  "group exists": ({ groups }, option) => String(groups[option("--name")] !== undefined),
  "group show": ({ groups }, option) =>
    option("--query") === "location" ? "westeurope" : (groups[option("--name")] ?? "None"),
  "group create": (state, option) => {
    state.groups[option("--name")] = option("--tags").split("=")[1] ?? "";
    return [];
  },
  "group delete": (state, option) => {
    delete state.groups[option("--name")];
    return [];
  },
  "provider list": ({ providers }) => providers,
  "provider register": (state, option) => {
    state.providers = [...state.providers, option("--namespace")];
    return [];
  },
  "deployment group create": (state, option, { disabled }) => {
    state.deployed = [...new Set([...state.deployed, option("--name")])];
    state.resources = made;
    // The worst that a deployment could do: start the app, and set every setting anew.
    state.appState = "Running";
    const names = disabled.split(",").filter((each) => each !== "");
    const off = names.map((name) => [`AzureWebJobs.${name}.Disabled`, "true"]);
    state.settings = { MAX_DELETES_PER_BATCH: "10", ...Object.fromEntries(off) };
    return [];
  },
  "deployment group show": outputs,
  "keyvault certificate list": ({ certificates }) => certificates,
  "keyvault certificate create": (state, option) => {
    state.certificates.push(option("--name"));
    return [];
  },
  "keyvault certificate show": ({ certificate, thumbprint }) => [certificate, thumbprint],
  "ad app show": ({ keys }, option) => (option("--output") === "none" ? [] : keys),
  "ad app credential reset --id client-1 --append": (state) => {
    state.keys = [...state.keys, state.thumbprint];
    return [];
  },
  "ad app delete": (state) => {
    state.hasApplication = false;
    return [];
  },
  "ad app list": ({ hasApplication, outputs: { clientId } }) =>
    hasApplication && clientId !== undefined ? [String(clientId)] : [],
  "ad sp show": ({ principalEnabled }) => String(principalEnabled),
  "account get-access-token": () => [],
  "resource list": ({ deployed, resources }, option) => {
    const known = deployed.length > 0 ? { ...made, ...resources } : resources;
    const name = known[option("--resource-type")];
    return name === undefined ? [] : [name];
  },
  "lock list": ({ locks }, option) =>
    option("--query").includes("ReadOnly") ? locks.filter((each) => each === "read-only") : locks,
  "keyvault recover": (state, option) => {
    state.deletedVaults = state.deletedVaults.filter((each) => each !== option("--name"));
    return [];
  },
  "functionapp list-flexconsumption-locations": ({ regions }) => regions,
  "storage account show-usage": () => ["3", "250"],
  "functionapp show": ({ appState }) => appState,
  "functionapp stop": (state) => {
    state.appState = "Stopped";
    return [];
  },
  "functionapp config appsettings list": ({ settings }) => Object.entries(settings),
  "rest --method GET": (state, option) => {
    const url = option("--url");
    const found = Object.entries(reads).find(([part]) => url.includes(part))?.[1];
    return found === undefined ? state.directoryRoles : found(state, option, { disabled: "" });
  },
  "rest --method POST": (state, option) => {
    const url = option("--url");
    if (url.includes("/deletedItems/")) forget(state, url);
    else if (!url.includes("/sync")) state.directoryRoles.push(option("--body"));
    return [];
  },
  "rest --method DELETE": (state, option) => {
    forget(state, option("--url"));
    return [];
  },
  "functionapp deployment source config-zip": () => [],
  "functionapp function list": ({ functions }) => functions.map((name) => `func-test/${name}`),
  "role definition list": ({ customRoles }) => customRoles,
  "role definition delete": (state) => {
    state.customRoles = [];
    return [];
  },
  "role assignment list": () => ["assignment-1"],
  "role assignment delete": () => [],
  version: ({ versions }) => versions.cli,
  "bicep version": ({ versions }) => `Bicep CLI version ${versions.bicep} (6bb5d5f859)`,
  "bicep build-params": () => refuse("The Bicep CLI is not here."),
};

/** Runs one `az` on the state, and answers as the Azure CLI does with `--output tsv`. */
export function runCommand(
  state: AzureState,
  words: readonly string[],
  given: Given = { disabled: "" },
): Answer {
  const line = words.join(" ");
  const starts = <T>(all: Readonly<Record<string, T>>): T | undefined =>
    Object.entries(all).find(([start]) => line.startsWith(start))?.[1];
  const failure = starts(state.failures)?.shift();
  if (failure !== undefined) return { status: 1, out: [], errors: [failure] };
  try {
    const command = starts(commands) ?? refuse(`'${line}' is misspelled or not recognized.`);
    const picked = command(state, (name) => words[words.indexOf(name) + 1] ?? "", given);
    const items = typeof picked === "string" ? [picked] : picked;
    const out = items.map((each) => (typeof each === "string" ? each : each.join("\t")));
    return { status: 0, out, errors: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: 3, out: [], errors: [error.message] };
  }
}
