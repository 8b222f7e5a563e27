import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./bundle.ts";

/** The fields used of the file that `npm run cloud -- --ready FILE` writes. */
export interface CloudFacts {
  readonly env: Readonly<Record<string, string>>;
  readonly storage: { readonly connectionString: string } | null;
}

/**
 * `local.settings.json` for Azure's Core Tools against the local cloud (docs/core-tools.md). The
 * worker gets the product's own settings, production names and identity. The host is a .NET program
 * that the redirect does not reach: for its own connections it takes a connection string before an
 * identity, so it gets Azurite's.
 *
 * @throws TypeError if the cloud was started without storage.
 */
export function coreToolsSettings({ env, storage }: CloudFacts): object {
  if (!storage) throw new TypeError("Start the local cloud with storage: leave out --no-storage.");
  const schedules = {
    SWEEP_SCHEDULE: "0 */5 * * * *",
    CERTIFICATE_CHECK_SCHEDULE: "0 30 3 * * *",
    STALE_ACCOUNTS_SCHEDULE: "0 0 2 * * *",
  };
  return {
    IsEncrypted: false,
    Values: {
      FUNCTIONS_WORKER_RUNTIME: "node",
      ...schedules,
      ...env,
      AzureWebJobsStorage: storage.connectionString,
      BatchStorage: storage.connectionString,
    },
  };
}

if (import.meta.filename === process.argv[1]) {
  const facts = process.argv[2];
  const dist = join(root, "dist");
  const target = join(root, "out", "core-tools");
  if (!facts || !existsSync(join(dist, "host.json"))) {
    console.error("usage, after npm run build: node scripts/core-tools.ts READY-FILE");
    process.exit(1);
  }
  const cloud = JSON.parse(readFileSync(facts, "utf8")) as CloudFacts;
  const settings = JSON.stringify(coreToolsSettings(cloud), undefined, 2);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(dist, target, { recursive: true });
  writeFileSync(join(target, "local.settings.json"), `${settings}\n`, { mode: 0o600 });
  console.log("out/core-tools is ready: cd there and run func start (docs/core-tools.md).");
}
