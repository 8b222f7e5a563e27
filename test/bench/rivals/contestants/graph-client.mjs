// @microsoft/microsoft-graph-client: batches of 20 as docs/content/Batching.md shows, four under way; its
// middleware retries a whole post, and refused parts go into the next batch after their Retry-After, as
// "Combine multiple HTTP requests using JSON batching" asks for.
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
} from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import pLimit from "p-limit";

import { chunks, credential, enter, SCOPE, sleep } from "./entry.mjs";

const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [SCOPE] });
const client = Client.initWithMiddleware({ authProvider });
const TRIES = 5;

async function send(tasks) {
  const steps = tasks.map(({ id, method, url, body }) => ({
    id: String(id),
    // The client takes the path of a part from here; fetch knows no relative URL.
    request: new Request(`https://graph.microsoft.com${url}`, {
      method,
      ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
    }),
  }));
  const content = await new BatchRequestContent(steps).getContent();
  return new BatchResponseContent(await client.api("/$batch").post(content));
}

await enter(async (all, report) => {
  const limit = pLimit(4);
  const batch = async (tasks) => {
    let open = tasks;
    for (let attempt = 0; open.length > 0 && attempt < TRIES; attempt += 1) {
      let answers;
      try {
        answers = await send(open);
      } catch {
        await sleep(1000 * 2 ** attempt);
        continue;
      }
      const again = [];
      let waitSeconds = 0;
      for (const task of open) {
        const answer = answers.getResponseById(String(task.id));
        if (answer?.status < 300) report(task.id, true);
        else if ([429, 503, 504].includes(answer?.status)) {
          again.push(task);
          waitSeconds = Math.max(waitSeconds, Number(answer.headers.get("Retry-After") ?? 1));
        } else if (answer) report(task.id, false);
      }
      open = again;
      if (open.length > 0) await sleep(waitSeconds * 1000);
    }
    for (const { id } of open) report(id, false);
  };
  await Promise.all(chunks(all, 20).map((tasks) => limit(() => batch(tasks))));
});
