import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import * as v from "valibot";

import { type Cloud, type CloudName, clouds } from "../../core/clouds.ts";
import { isGuid } from "../../core/object-id.ts";
import { parseJson } from "../../core/parse-json.ts";
import { usageError } from "../terminal/command-error.ts";
import { type How, hows } from "./sign-in.ts";

/** The file in the working folder, or else in the home folder, that spares typing `--account`. */
export const CONFIGURATION_FILE = ".directory-batch.json";

/** Which account the command speaks to, and how it signs in. */
export interface Configuration {
  /** The storage account's name. */
  readonly account: string;
  readonly cloud: Cloud;
  readonly how: How | "auto";
  /** The tenant whose batches are meant; absent for the home tenant. */
  readonly tenant?: string | undefined;
}

const shape = v.strictObject({
  account: v.optional(v.string()),
  tenant: v.optional(v.string()),
  cloud: v.optional(v.string()),
  auth: v.optional(v.string()),
});
type Source = v.InferOutput<typeof shape>;

/**
 * What was typed comes before the environment, and that before the file.
 *
 * @throws CommandError if there is no account, or one of them is not possible.
 */
export function configure(
  typed: { readonly [Name in keyof Source]?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
  workFolder: string,
): Configuration {
  const set: Source = {
    account: environment["BATCH_ACCOUNT"],
    tenant: environment["BATCH_TENANT"],
    cloud: environment["BATCH_CLOUD"],
    auth: environment["BATCH_AUTH"],
  };
  const file = readFile(workFolder);
  const chosen = (name: keyof Source): string | undefined =>
    typed[name] ?? (set[name] || undefined) ?? file[name];
  const account = chosen("account");
  if (account === undefined) {
    throw usageError(
      "No storage account is named.",
      `Add --account NAME, set BATCH_ACCOUNT, or write {"account": "NAME"} into ${CONFIGURATION_FILE} here or in your home folder. The deployment's output storageAccountName has the name. For the local cloud: --local.`,
    );
  }
  if (!/^[a-z0-9]{3,24}$/.test(account)) {
    throw usageError(
      "The storage account's name is not possible.",
      "It has 3 to 24 lower case letters and digits, such as stdirectorybatch7x2; no address.",
    );
  }
  const cloud = chosen("cloud") ?? "global";
  const how = chosen("auth") ?? "auto";
  if (!isCloud(cloud)) throw oneOf("--cloud", Object.keys(clouds));
  if (!isHow(how)) throw oneOf("--auth", ["auto", ...hows]);
  const tenant = chosen("tenant");
  if (tenant !== undefined && !isGuid(tenant)) {
    throw usageError("The tenant is no tenant id.", "Give --tenant the id (a GUID), not a domain.");
  }
  return { account, cloud: clouds[cloud], how, tenant: tenant?.toLowerCase() };
}

const isCloud = (name: string): name is CloudName => Object.hasOwn(clouds, name);
const isHow = (name: string): name is How | "auto" =>
  name === "auto" || hows.some((how) => how === name);

const oneOf = (option: string, names: readonly string[]): Error =>
  usageError(`${option} is not known.`, `Use one of: ${names.join(", ")}.`);

function readFile(workFolder: string): Source {
  const path = [workFolder, homedir()]
    .map((folder) => join(folder, CONFIGURATION_FILE))
    .find((each) => existsSync(each));
  if (path === undefined) return {};
  try {
    return v.parse(shape, parseJson(readFileSync(path, "utf8")));
  } catch (cause) {
    throw usageError(
      `${path} cannot be used${cause instanceof Error ? ` (${cause.message})` : ""}.`,
      'Write it as {"account": "NAME"}, with tenant, cloud and auth if they are needed.',
    );
  }
}
