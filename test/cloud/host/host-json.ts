import { readFileSync } from "node:fs";
import { join } from "node:path";

import { allowsBundle4 } from "./bundle-range.ts";
import { type NetObject, netText, type NetValue, parseNetObject } from "./json-net.ts";
import { timeSpanMs } from "./time-span.ts";

/** The values that the host reads from host.json, with its defaults for unset ones. */
export interface HostSettings {
  readonly functionTimeoutMs: number;
  readonly queues: {
    readonly messageEncoding: "none" | "base64";
    readonly batchSize: number;
    readonly newBatchThreshold: number;
    readonly maxDequeueCount: number;
    readonly visibilityTimeoutMs: number;
    readonly maxPollingIntervalMs: number;
  };
}

type Env = Readonly<Record<string, string>>;

/** An app setting with this prefix replaces the host.json value at the path after it. */
const OVERRIDE = "azurefunctionsjobhost__";

const DAY_MS = 24 * 60 * 60 * 1000;
const LARGEST_INT = 2 ** 31 - 1;
/** The largest delay that setTimeout accepts. */
const LONGEST_MS = 24 * DAY_MS;

/**
 * Reads host.json as the host does (HostJsonFileConfigurationSource.cs, ScriptJobHostOptionsSetup.cs,
 * QueuesOptions.cs): with comments and trailing commas, ignoring the case of names; app settings
 * `AzureFunctionsJobHost__extensions__queues__…` override it.
 *
 * @throws TypeError for values with which the host does not start, and for a missing extension bundle, without
 * which Azure has no queue trigger for Node and reports that late; SyntaxError if it is not JSON.
 */
export function readHostJson(dist: string, env: Env, cpus: number): HostSettings {
  const file = parseNetObject(readFileSync(join(dist, "host.json"), "utf8"));
  // The only name whose case counts.
  if (netText(file.get("version")) !== "2.0")
    throw new TypeError('host.json must say "version": "2.0"');
  const values = flatten(file);
  for (const [name, value] of Object.entries(env)) {
    const key = name.toLowerCase().replaceAll(":", "__");
    if (key.startsWith(OVERRIDE))
      values.set(key.slice(OVERRIDE.length).replaceAll("__", ":"), value);
  }
  checkBundle(values);

  const queue = (name: string): string | undefined =>
    values.get(`extensions:queues:${name.toLowerCase()}`);
  const whole = (name: string, min: number, max: number, missing: number): number => {
    const number = Number(queue(name) ?? missing);
    if (!Number.isInteger(number) || number < min || number > max)
      throw new TypeError(`host.json extensions.queues.${name} must be from ${min} to ${max}`);
    return number;
  };
  const span = (name: string, min: number, missing: number): number => {
    const text = queue(name);
    const ms = text === undefined ? missing : timeSpanMs(text);
    if (ms < min) throw new TypeError(`host.json extensions.queues.${name} is out of range`);
    return ms;
  };

  const encoding = (queue("messageEncoding") ?? "base64").toLowerCase();
  if (encoding !== "none" && encoding !== "base64")
    throw new TypeError('host.json extensions.queues.messageEncoding must be "none" or "base64"');
  const batchSize = whole("batchSize", 1, 32, 16);
  const threshold = Math.floor(batchSize / 2) * cpus;
  const polling = env["AZURE_FUNCTIONS_ENVIRONMENT"] === "Development" ? 2_000 : 60_000;
  return {
    functionTimeoutMs: readTimeout(values.get("functiontimeout")),
    queues: {
      messageEncoding: encoding,
      batchSize,
      newBatchThreshold: whole("newBatchThreshold", 0, LARGEST_INT, threshold),
      maxDequeueCount: whole("maxDequeueCount", 1, LARGEST_INT, 5),
      // The service refuses more than seven days, but only when a message has failed.
      visibilityTimeoutMs: span("visibilityTimeout", -Infinity, 0),
      maxPollingIntervalMs: Math.min(span("maxPollingInterval", 100, polling), LONGEST_MS),
    },
  };
}

/** Every plain value by its path in lower case, as the host's configuration holds it. */
function flatten(file: NetObject): Map<string, string> {
  const values = new Map<string, string>();
  const add = (path: string, value: NetValue): void => {
    if (value instanceof Map)
      for (const [name, each] of value as NetObject) add(`${path}${name.toLowerCase()}:`, each);
    else if (Array.isArray(value))
      value.forEach((each, at) => add(`${path}${at}:`, each as NetValue));
    else values.set(path.slice(0, -1), netText(value) ?? "");
  };
  add("", file);
  return values;
}

function checkBundle(values: ReadonlyMap<string, string>): void {
  const id = values.get("extensionbundle:id");
  const version = values.get("extensionbundle:version");
  if (id !== "Microsoft.Azure.Functions.ExtensionBundle" || !version)
    throw new TypeError("host.json has no extensionBundle, so there would be no queue trigger");
  if (!allowsBundle4(version))
    throw new TypeError(`host.json extensionBundle.version ${version} allows no version 4`);
}

/** On every plan but Consumption: 30 minutes by default, -1 for no limit. */
function readTimeout(value: string | undefined): number {
  if (value === undefined) return 30 * 60 * 1000;
  const ms = timeSpanMs(value);
  if (ms === -DAY_MS) return Number.POSITIVE_INFINITY;
  if (ms < 1000) throw new TypeError("host.json functionTimeout must be at least 00:00:01");
  return ms;
}
