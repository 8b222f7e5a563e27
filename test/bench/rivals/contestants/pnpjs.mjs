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
import pLimit from "p-limit";

import { chunks, credential, enter, SCOPE, sleep } from "./entry.mjs";

const { token } = await credential.getToken(SCOPE);
const graph = GraphQueryable("").using(
  DefaultHeaders(),
  DefaultInit(),
  BrowserFetchWithRetry(),
  DefaultParse(),
  BearerToken(token),
);
const verbs = { POST: graphPost, PATCH: graphPatch, DELETE: graphDelete };
const TRIES = 5;

await enter(async (all, report) => {
  const limit = pLimit(4);
  const batch = async (tasks) => {
    let open = tasks;
    for (let attempt = 0; open.length > 0 && attempt < TRIES; attempt += 1) {
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
      open = again;
      if (open.length > 0) await sleep(waitSeconds * 1000);
    }
    for (const { id } of open) report(id, false);
  };
  await Promise.all(chunks(all, 20).map((tasks) => limit(() => batch(tasks))));
});
