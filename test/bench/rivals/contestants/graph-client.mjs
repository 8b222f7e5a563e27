// @microsoft/microsoft-graph-client: batches of 20 as docs/content/Batching.md shows, four under way; its
// middleware retries a whole post, and refused parts go into the next batch after their Retry-After, as
// "Combine multiple HTTP requests using JSON batching" asks for.
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
} from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

import { credential, enter, SCOPE, sendInBatches } from "./entry.mjs";

const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [SCOPE] });
const client = Client.initWithMiddleware({ authProvider });

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

const isPassing = (status) => [429, 503, 504].includes(status);

await enter((all, report) =>
  sendInBatches(all, report, async (open, attempt) => {
    let answers;
    try {
      answers = await send(open);
    } catch {
      return { again: open, waitSeconds: 2 ** attempt };
    }
    const again = [];
    let waitSeconds = 0;
    for (const task of open) {
      const answer = answers.getResponseById(String(task.id));
      if (answer?.status < 300) report(task.id, true);
      else if (isPassing(answer?.status)) {
        again.push(task);
        waitSeconds = Math.max(waitSeconds, Number(answer.headers.get("Retry-After") ?? 1));
      } else if (answer) report(task.id, false);
    }
    return { again, waitSeconds };
  }),
);
