// Memberships by PATCH of a group with 20 members@odata.bind (Graph reference, group-post-members), four
// under way, with p-retry; a PATCH that is refused is sent again one member at a time.
import pLimit from "p-limit";

import { chunks, enter, ROOT } from "./entry.mjs";
import { send } from "./requests.mjs";

await enter(async (tasks, report) => {
  const limit = pLimit(4);
  const byGroup = new Map();
  for (const task of tasks) byGroup.set(task.group, [...(byGroup.get(task.group) ?? []), task]);
  const patch = async (group, some) => {
    const bind = some.map(({ member }) => `${ROOT}/directoryObjects/${member}`);
    try {
      await send({
        method: "PATCH",
        url: `/groups/${group}`,
        body: { "members@odata.bind": bind },
      });
      for (const { id } of some) report(id, true);
    } catch {
      for (const task of some) {
        await send(task).then(
          () => report(task.id, true),
          () => report(task.id, false),
        );
      }
    }
  };
  // One PATCH of a group at a time: two of the same group meet in conflicts.
  await Promise.all(
    [...byGroup].map(([group, mine]) =>
      limit(async () => {
        for (const some of chunks(mine, 20)) await patch(group, some);
      }),
    ),
  );
});
