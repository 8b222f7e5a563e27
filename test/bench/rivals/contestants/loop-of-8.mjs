// A script as many write it: fetch, p-limit with eight requests under way, p-retry.
import pLimit from "p-limit";

import { enter } from "./entry.mjs";
import { send } from "./requests.mjs";

await enter(async (tasks, report) => {
  const limit = pLimit(8);
  const one = (task) =>
    send(task).then(
      () => report(task.id, true),
      () => report(task.id, false),
    );
  await Promise.all(tasks.map((task) => limit(() => one(task))));
});
