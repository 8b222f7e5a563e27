import { fork } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildInto } from "../../scripts/build.ts";
import { dist } from "../stage/stage.ts";
import { type MembersRun, showMembers } from "./members-report.ts";
import type { MembersOrder } from "./members-runs.ts";

/**
 * `npm run bench:members`: memberships to add to one group and to 400, with a request each and with requests that
 * up to 20 share, under both costs of such a request (a write for three members, as was observed, and one for all,
 * as is published). Dirty: 3 % of the members are
 * in the group already or do not exist. If that is so before the plan is made, its look finds them; if somebody else
 * does it after the plan was made, Graph refuses whole requests, and the rows to blame have to be found.
 * One write in ten to an object that is being written to is answered with 409. Every run starts with an empty bucket;
 * its time is from the call of the runner until the batch has ended (how long a message lies in a queue before is the
 * host's affair, and not sped up), and every verdict is compared with what it must be.
 * `--shape one` or `many` runs one group or many only, `--by 3` or `--by 20` only one of the costs.
 */
const { values: chosen } = parseArgs({
  options: {
    shape: { type: "string" },
    by: { type: "string" },
    short: { type: "boolean" },
    json: { type: "string" },
  },
});
const options = { short: chosen.short ?? false, json: chosen.json };
const one = { groups: 1, rows: options.short ? 400 : 3000 };
const many = options.short ? { groups: 40, rows: 800 } : { groups: 400, rows: 8000 };
const shapes = chosen.shape === "one" ? [one] : chosen.shape === "many" ? [many] : [one, many];
const shared = [3, 20].filter((each) => chosen.by === undefined || Number(chosen.by) === each);

await buildInto(dist, "functions/index.ts");
const runs: MembersRun[] = [];
for (const membersPerWrite of [1, ...shared]) {
  const dirts = membersPerWrite === 1 ? [] : (["before", "since, 404", "since, 400"] as const);
  runs.push(...(await run({ shapes, membersPerWrite, dirts })));
}
showMembers(options, runs);

function run(order: MembersOrder): Promise<readonly MembersRun[]> {
  const child = fork(join(import.meta.dirname, "members-runs.ts"), [JSON.stringify(order)]);
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as readonly MembersRun[]));
    child.once("exit", (code) => reject(new Error(`the runs ended with ${code}`)));
  });
}
