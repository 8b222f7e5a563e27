// PnPjs: its batches (pnp.github.io, Batching) of 20, four under way; its BrowserFetchWithRetry retries
// a post that is refused as a whole, and a refused part rejects the promise of its request.
import { createBatch } from "@pnp/graph/batching.js";
import {
  DefaultHeaders,
  DefaultInit,
  graphDelete,
  graphPatch,
  graphPost,
  GraphQueryable,
} from "@pnp/graph/presets/all.js";
import { BearerToken, body, BrowserFetchWithRetry, DefaultParse } from "@pnp/queryable";

import { credential, enter, SCOPE, sendInBatches } from "./entry.mjs";

const { token } = await credential.getToken(SCOPE);
const graph = GraphQueryable("").using(
  DefaultHeaders(),
  DefaultInit(),
  BrowserFetchWithRetry(),
  DefaultParse(),
  BearerToken(token),
);
const verbs = { POST: graphPost, PATCH: graphPatch, DELETE: graphDelete };

await enter((all, report) =>
  sendInBatches(all, report, async (open) => {
    const [use, execute] = createBatch(graph);
    const sent = open.map(async (task) => {
      const query = GraphQueryable(graph, task.url.slice(1)).using(use);
      await verbs[task.method](query, task.body === undefined ? undefined : body(task.body));
    });
    await execute().catch(() => undefined);
    const results = await Promise.allSettled(sent);
    const again = [];
    let waitSeconds = 0;
    for (const [at, result] of results.entries()) {
      const task = open[at];
      if (result.status === "fulfilled") report(task.id, true);
      else if ([429, 503, 504, undefined].includes(result.reason?.status)) {
        again.push(task);
        const asked = Number(result.reason?.response?.headers.get("Retry-After") ?? 1);
        waitSeconds = Math.max(waitSeconds, asked);
      } else report(task.id, false);
    }
    return { again, waitSeconds };
  }),
);
