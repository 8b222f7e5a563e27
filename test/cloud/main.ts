import { rename, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { clouds, type CloudName } from "../../shared/core/clouds.ts";
import { DirectoryFileError, putDirectory } from "./directory-file.ts";
import { readyFacts } from "./ready-facts.ts";
import { startCloud } from "./start-cloud.ts";

const usage = `Starts the local cloud with a seeded tenant and keeps it up until Ctrl-C.

  --ready FILE    write addresses and credentials to FILE, as JSON, once it is ready
  --users N       users to seed (0); --groups N groups (0)
  --directory FILE  users and groups to put in, as JSON: docs/graph-of-your-own.md
  --speed N       multiply Graph's rates and divide delays by N (10)
  --seed N        for ids, names, latency (1)
  --port N        one TLS port for all public names, for clients behind a hosts file (443)
  --cloud NAME    global, usgov-l4, usgov-l5 or china
  --no-latency    answer without delay
  --no-meters     never throttle
  --no-storage    do not start Azurite
  --no-people     do not seed people who can sign in
`;

const flags = {
  options: {
    ready: { type: "string" },
    users: { type: "string", default: "0" },
    groups: { type: "string", default: "0" },
    directory: { type: "string" },
    speed: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    port: { type: "string" },
    cloud: { type: "string", default: "global" },
    latency: { type: "boolean", default: true },
    meters: { type: "boolean", default: true },
    storage: { type: "boolean", default: true },
    people: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
} as const;

/** A flag's number. @throws TypeError that names the flag */
function numberOf(name: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < least)
    throw new TypeError(`--${name} must be a number${least > 0 ? " above 0" : ""}, not "${text}".`);
  return value;
}

function cloudOf(name: string): CloudName {
  if (Object.hasOwn(clouds, name)) return name as CloudName;
  throw new TypeError(`--cloud must be one of ${Object.keys(clouds).join(", ")}, not "${name}".`);
}

async function run(): Promise<void> {
  const { values } = parseArgs(flags);
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const cloud = await startCloud({
    speed: numberOf("speed", values.speed, Number.MIN_VALUE),
    seed: numberOf("seed", values.seed),
    cloud: cloudOf(values.cloud),
    latency: values.latency,
    storage: values.storage,
    people: values.people,
    ...(values.port !== undefined && { port: numberOf("port", values.port) }),
    graph: {
      ...(!values.meters && { meters: "off" as const }),
      seed: { users: numberOf("users", values.users), groups: numberOf("groups", values.groups) },
    },
  });
  if (values.directory !== undefined) {
    try {
      await putDirectory(cloud, values.directory);
    } catch (error) {
      await cloud.close();
      throw error;
    }
    await cloud.control.graph("meters", { on: values.meters });
  }
  const close = (): void => void cloud.close().then(() => process.exit(0));
  process.once("SIGINT", close);
  process.once("SIGTERM", close);
  const facts = readyFacts(cloud);
  if (values.ready !== undefined) {
    // A process that waits for the file must never read a partial one.
    await writeFile(`${values.ready}.part`, JSON.stringify(facts, undefined, 2), { mode: 0o600 });
    await rename(`${values.ready}.part`, values.ready);
  }
  const seconds = process.uptime().toFixed(1);
  const {
    clientSecret: _secret,
    env: _env,
    storage: _storage,
    signIn: _signIn,
    identityHeader: _h,
    ...shown
  } = facts;
  process.stdout.write(`The local cloud is ready after ${seconds} s.\n`);
  for (const [name, value] of Object.entries(shown))
    process.stdout.write(`  ${name.padEnd(16)} ${value}\n`);
  process.stdout.write(
    "The ready file has the secrets and everything else. Press Ctrl-C to end.\n",
  );
}

try {
  await run();
} catch (error) {
  const isOfFile = error instanceof DirectoryFileError;
  process.stderr.write(`${(error as Error).message}\n${isOfFile ? "" : usage}`);
  process.exitCode = 1;
}
