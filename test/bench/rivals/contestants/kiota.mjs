// Microsoft's generated Graph SDK (Kiota): eight requests under way, its own retry handler on, as its
// README shows.
import { HttpMethod, RequestInformation } from "@microsoft/kiota-abstractions";
import { AzureIdentityAuthenticationProvider } from "@microsoft/kiota-authentication-azure";
import { GraphRequestAdapter } from "@microsoft/msgraph-sdk";
import pLimit from "p-limit";

import { credential, enter, ROOT, SCOPE } from "./entry.mjs";

const adapter = new GraphRequestAdapter(
  new AzureIdentityAuthenticationProvider(credential, [SCOPE]),
);

const requestOf = ({ method, url, body }) => {
  const request = new RequestInformation();
  request.httpMethod = HttpMethod[method];
  request.URL = `${ROOT}${url}`;
  if (body !== undefined) {
    request.headers.add("Content-Type", "application/json");
    request.content = new TextEncoder().encode(JSON.stringify(body)).buffer;
  }
  return request;
};

await enter(async (tasks, report) => {
  const limit = pLimit(8);
  const one = async (task) => {
    try {
      await adapter.sendNoResponseContent(requestOf(task), undefined);
      report(task.id, true);
    } catch {
      report(task.id, false);
    }
  };
  await Promise.all(tasks.map((task) => limit(() => one(task))));
});
