import type { Answer, AzureState } from "./azure-state.ts";

/** A list of what `--query` picks: knack writes an item a line, and a list in it with tabs between. */
type Picked = string | readonly (string | readonly string[])[];
type Option = (name: string) => string;
type Command = (state: AzureState, option: Option) => Picked;

class Refused extends Error {}

/** An error that no waiting mends. */
function refuse(message: string): never {
  throw new Refused(message);
}

/** The outputs that a query of `properties.outputs.<name>.value` names. */
const outputs: Command = ({ deployed, outputs: known }, option) => {
  if (!deployed.includes(option("--name")))
    refuse("(DeploymentNotFound) There is no such deployment.");
  const query = option("--query");
  const names = [...query.matchAll(/properties\.outputs\.(\w+)\.value/g)].map(
    ([, name = ""]) => name,
  );
  const values = names.map((name) => known[name] ?? refuse(`There is no output ${name}.`));
  return query.startsWith("[") ? values : String(values[0]);
};

/** Every command that the scripts may use; another is refused as az refuses a misspelled one. */
const commands: Readonly<Record<string, Command>> = {
  "account show": ({ userType }, option) =>
    option("--output") === "none" ? [] : ["Corp", "sub-1", "tenant-1", userType],
  "group exists": ({ groups }, option) => String(groups[option("--name")] !== undefined),
  "group show": ({ groups }, option) => groups[option("--name")] ?? "None",
  "group create": (state, option) => {
    state.groups[option("--name")] = option("--tags").split("=")[1] ?? "";
    return [];
  },
  "group delete": (state, option) => {
    delete state.groups[option("--name")];
    return [];
  },
  "provider show": ({ providerRegistered }) =>
    providerRegistered ? "Registered" : "NotRegistered",
  "provider register": (state) => {
    state.providerRegistered = true;
    return [];
  },
  "deployment group create": (state, option) => {
    state.deployed = [...new Set([...state.deployed, option("--name")])];
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
  "ad app delete": () => [],
  "rest --method GET": ({ granted, directoryRoles }, option) => {
    const url = option("--url");
    if (url.includes("appRoleAssignments")) return granted;
    return url.includes("roleDefinitions") ? "role-1" : directoryRoles;
  },
  "rest --method POST": (state, option) => {
    state.directoryRoles.push(option("--body"));
    return [];
  },
  "functionapp deployment source config-zip": () => [],
  "functionapp function list": ({ functions }) => String(functions),
  "role definition list": ({ customRoles }) => customRoles,
  "role definition delete": (state) => {
    state.customRoles = [];
    return [];
  },
  "role assignment list": () => ["assignment-1"],
  "role assignment delete": () => [],
  "bicep build-params": () => refuse("The Bicep CLI is not here."),
};

/** Runs one `az` on the state, and answers as the Azure CLI does with `--output tsv`. */
export function runCommand(state: AzureState, words: readonly string[]): Answer {
  const line = words.join(" ");
  const starts = <T>(all: Readonly<Record<string, T>>): T | undefined =>
    Object.entries(all).find(([start]) => line.startsWith(start))?.[1];
  const failure = starts(state.failures)?.shift();
  if (failure !== undefined) return { status: 1, out: [], errors: [failure] };
  try {
    const command = starts(commands) ?? refuse(`'${line}' is misspelled or not recognized.`);
    const picked = command(state, (name) => words[words.indexOf(name) + 1] ?? "");
    const items = typeof picked === "string" ? [picked] : picked;
    const out = items.map((each) => (typeof each === "string" ? each : each.join("\t")));
    return { status: 0, out, errors: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: 3, out: [], errors: [error.message] };
  }
}
