// How every contestant takes part: it signs in, says that it is ready, waits for the start, and reports
// one verdict for each task. What it does in between is its own, as its documentation shows it.
import process from "node:process";

import { ClientSecretCredential } from "@azure/identity";
import pLimit from "p-limit";

const { tenantId, clientId, clientSecret } = JSON.parse(process.env.CONTESTANT ?? "{}");

export const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
  disableInstanceDiscovery: true,
});
export const SCOPE = "https://graph.microsoft.com/.default";
export const ROOT = "https://graph.microsoft.com/v1.0";

/** Calls `run(tasks, report)` once the race starts; `report(id, isDone)` says what became of a task. */
export async function enter(run) {
  await credential.getToken(SCOPE);
  const started = new Promise((resolve) => process.once("message", resolve));
  process.send({ ready: true });
  const tasks = await started;
  const verdicts = {};
  const before = process.cpuUsage();
  await run(tasks, (id, isDone) => (verdicts[id] = isDone));
  const { user, system } = process.cpuUsage(before);
  process.send({ verdicts, cpuMs: (user + system) / 1000 }, () => process.exit(0));
}

/** Groups of at most `size`. */
export const chunks = (items, size) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const TRIES = 5;

/**
 * Sends tasks in batches of 20, four under way. `send(tasks, report)` reports those that are decided, and
 * resolves with those to send again and the seconds to wait before.
 */
export async function sendInBatches(all, report, send) {
  const limit = pLimit(4);
  const batch = async (tasks) => {
    let open = tasks;
    for (let attempt = 0; open.length > 0 && attempt < TRIES; attempt += 1) {
      const { again, waitSeconds } = await send(open, attempt);
      open = again;
      if (open.length > 0) await sleep(waitSeconds * 1000);
    }
    for (const { id } of open) report(id, false);
  };
  await Promise.all(chunks(all, 20).map((tasks) => limit(() => batch(tasks))));
}
