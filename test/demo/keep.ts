import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { outFolder, type Stage } from "../stage/stage.ts";
import { strong } from "./show.ts";

/** Prints how to reach the local cloud with Azure's own tools, and waits for Ctrl-C. */
export async function keep({ cloud }: Stage): Promise<void> {
  const { storage, urls, caFile, home } = cloud;
  if (!storage) throw new TypeError("the stage has no storage");
  const settings = {
    account: storage.account,
    key: storage.key,
    connectionString: storage.connectionString,
    blob: urls.blob,
    queue: urls.queue,
    caFile,
    tenantId: home.tenantId,
    domain: home.domain,
    queues: { accept: "accept" },
    containers: { inbox: "inbox", batches: "batches" },
  };
  const file = join(outFolder, "storage.json");
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
  console.log(`
${strong("It stays up.")} Any Azure Storage client can send a message or upload a file; the sweep looks every five seconds.

    AZURE_STORAGE_CONNECTION_STRING='${storage.connectionString}'
    NODE_EXTRA_CA_CERTS=${caFile}      (Node)
    REQUESTS_CA_BUNDLE=${caFile}       (Azure CLI, Python)

    blob   ${urls.blob}      containers inbox, batches
    queue  ${urls.queue}     queue accept
    tenant ${home.tenantId}, users …@${home.domain}

    az storage message put -q accept --content '{"version":1,"batch":"try-1","mode":"plan","rows":[{"operation":"user.disable","user":"joiner.7.0001@${home.domain}"}]}'
    az storage blob upload -c inbox -n user.disable/mine.csv -f mine.csv

The same as JSON: out/storage.json. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
