import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { LocalCloud } from "../cloud/local-cloud.ts";
import { readyFacts } from "../cloud/ready-facts.ts";
import { outFolder } from "../stage/stage.ts";
import { strong } from "./show.ts";

/** Prints how to reach the local cloud with Azure's own tools, and waits for Ctrl-C. */
export async function keep(cloud: LocalCloud): Promise<void> {
  mkdirSync(outFolder, { recursive: true });
  const file = join(outFolder, "local-cloud.json");
  // It holds secrets, if only of this cloud.
  writeFileSync(file, `${JSON.stringify(readyFacts(cloud), null, 2)}\n`, { mode: 0o600 });
  console.log(`
${strong("The local cloud stays up until Ctrl-C.")} The sweep looks for new files every five seconds.
${accessText(cloud)}
The same as JSON: out/local-cloud.json.`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** What an operator's tools need, with commands to paste into a shell. */
export function accessText(cloud: LocalCloud): string {
  const { storage, urls, caFile, home, tools } = cloud;
  if (!storage) throw new TypeError("the cloud has no storage");
  const message = JSON.stringify({
    version: 1,
    batch: "try-1",
    mode: "plan",
    rows: [{ operation: "user.disable", user: `joiner.7.0001@${home.domain}` }],
  });
  return `
    tenant       ${home.tenantId} (users …@${home.domain})
    client       ${tools.clientId}, with every Graph permission
    secret       ${tools.clientSecret}
    certificate  ${tools.certificateFile} (key and certificate, PEM)
    login        ${urls.login}
    graph        ${urls.graph}
    control      ${urls.control}
    storage      ${urls.blob} and ${urls.queue}
    CA           ${caFile}

Send a message or a file:

    export REQUESTS_CA_BUNDLE='${caFile}' NODE_EXTRA_CA_CERTS='${caFile}'
    export AZURE_STORAGE_CONNECTION_STRING='${storage.connectionString}'
    az storage message put --queue-name accept --content '${message}'
    az storage blob upload --container-name inbox --name user.disable/mine.csv --file mine.csv
    az storage blob list --container-name batches --query '[].name'

Or with the operator's command:

    npm run batch -- --local list
    npm run batch -- --local submit --operation user.disable --row user=joiner.7.0001@${home.domain} --wait

Read the directory:

    token=$(curl -s --cacert '${caFile}' '${urls.login}/${home.tenantId}/oauth2/v2.0/token' -d grant_type=client_credentials -d client_id=${tools.clientId} --data-urlencode client_secret='${tools.clientSecret}' -d scope=https://graph.microsoft.com/.default | grep -o '"access_token": *"[^"]*' | cut -d'"' -f4)
    az rest --skip-authorization-header --headers "Authorization=Bearer $token" --url '${urls.graph}/v1.0/users?$top=3'

Control the cloud (docs/local-cloud.md):

    curl '${urls.control}/graph' -d '["counters", {}]'

az login knows only Microsoft's host names. Start with --keep --port 443, add to the hosts file

    127.0.0.1 login.microsoftonline.com graph.microsoft.com management.azure.com

and sign in:

    az login --service-principal --username ${tools.clientId} --password '${tools.certificateFile}' --tenant ${home.tenantId} --allow-no-subscriptions
`;
}
