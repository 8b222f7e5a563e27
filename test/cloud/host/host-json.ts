import { readFileSync } from "node:fs";
import { join } from "node:path";

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
type Json = Readonly<Record<string, unknown>>;

/** An app setting with this prefix replaces the host.json value at the path after it. */
const OVERRIDE = "AzureFunctionsJobHost__";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads host.json as the host does (ScriptJobHostOptionsSetup.cs, QueuesOptions.cs); app settings
 * `AzureFunctionsJobHost__extensions__queues__…` override it.
 *
 * @throws TypeError for values that the host refuses, and for a missing extension bundle, without
 * which Azure has no queue trigger for Node and reports that late.
 */
export function readHostJson(dist: string, env: Env, cpus: number): HostSettings {
  const file = JSON.parse(readFileSync(join(dist, "host.json"), "utf8")) as Json;
  if (file["version"] !== "2.0") throw new TypeError('host.json must say "version": "2.0"');
  const bundle = file["extensionBundle"] as Json | undefined;
  if (bundle?.["id"] !== "Microsoft.Azure.Functions.ExtensionBundle" || !bundle["version"])
    throw new TypeError("host.json has no extensionBundle, so there would be no queue trigger");

  const value = (...path: string[]): string | undefined => {
    const key = (OVERRIDE + path.join("__")).toLowerCase();
    const found = Object.entries(env).find(([name]) => name.toLowerCase() === key);
    if (found) return found[1];
    const given = path.reduce<unknown>((at, name) => (at as Json | undefined)?.[name], file);
    if (given === undefined || typeof given === "string") return given;
    if (typeof given === "number") return String(given);
    throw new TypeError(`host.json ${path.join(".")} must be a string or a number`);
  };
  const queue = (name: string): string | undefined => value("extensions", "queues", name);
  const whole = (name: string, min: number, max: number, missing: number): number => {
    const number = Number(queue(name) ?? missing);
    if (!Number.isInteger(number) || number < min || number > max)
      throw new TypeError(`host.json extensions.queues.${name} must be from ${min} to ${max}`);
    return number;
  };
  const span = (name: string, min: number, max: number, missing: number): number => {
    const text = queue(name);
    const ms = text === undefined ? missing : timeSpanMs(text);
    if (ms < min || ms > max)
      throw new TypeError(`host.json extensions.queues.${name} is out of range`);
    return ms;
  };

  const messageEncoding = queue("messageEncoding") ?? "base64";
  if (messageEncoding !== "none" && messageEncoding !== "base64")
    throw new TypeError('host.json extensions.queues.messageEncoding must be "none" or "base64"');
  const batchSize = whole("batchSize", 1, 32, 16);
  const isDevelopment = env["AZURE_FUNCTIONS_ENVIRONMENT"] === "Development";
  return {
    functionTimeoutMs: readTimeout(value("functionTimeout")),
    queues: {
      messageEncoding,
      batchSize,
      newBatchThreshold: whole("newBatchThreshold", 0, 1_000, Math.floor(batchSize / 2) * cpus),
      maxDequeueCount: whole("maxDequeueCount", 1, Number.MAX_SAFE_INTEGER, 5),
      visibilityTimeoutMs: span("visibilityTimeout", 0, 7 * DAY_MS, 0),
      maxPollingIntervalMs: span("maxPollingInterval", 100, DAY_MS, isDevelopment ? 2_000 : 60_000),
    },
  };
}

/** On every plan but Consumption: 30 minutes by default, -1 for no limit. */
function readTimeout(value: string | undefined): number {
  if (value === undefined) return 30 * 60 * 1000;
  if (value === "-1") return Number.POSITIVE_INFINITY;
  const ms = timeSpanMs(value);
  if (ms < 1000) throw new TypeError("host.json functionTimeout must be at least 00:00:01");
  return ms;
}
