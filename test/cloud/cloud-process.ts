import type { CloudOptions } from "./local-cloud.ts";
import type { CloudReport } from "./spawn-cloud.ts";
import { startCloud } from "./start-cloud.ts";

/*
 * The process that spawnCloud starts. The cloud closes when the channel to its parent closes, for any
 * reason.
 */
const options = JSON.parse(process.env["LOCAL_CLOUD_OPTIONS"] ?? "{}") as CloudOptions;
const starting = startCloud(options);

process.once("disconnect", () => {
  void starting.then((cloud) => cloud.close()).finally(() => process.exit(0));
});

const started = await starting;
const { home, tools, urls, redirect, caFile, caPem, identityHeader, storage } = started;
const report: CloudReport = {
  cloud: { home, tools, urls, redirect, caFile, caPem, identityHeader, storage },
  env: started.env(),
};
process.send?.(report);
