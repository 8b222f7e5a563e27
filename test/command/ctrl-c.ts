import assert from "node:assert/strict";

import type { Stage } from "../stage/stage.ts";
import type { Operator } from "./operator.ts";

/** Ends the command while it follows a batch and while it asks, and sees what it said and what came of it. */
export async function endWithCtrlC(operator: Operator, stage: Stage, user: string): Promise<void> {
  const row = ["--row", `user=${user}`, "--operation", "user.disable"];
  const later = ["--not-before", new Date(Date.now() + 86_400_000).toISOString()];
  const words = ["submit", ...row, ...later, "--name", "later-1", "--wait"];
  const goesOn =
    /later-1 goes on without this\. Follow it: batch watch later-1; stop it: batch cancel later-1\s*$/;
  const sent = await operator.endWith("SIGINT", /later-1/, ...words);
  assert.deepEqual([sent.code, sent.out], [130, ""], sent.error);
  assert.match(sent.error, goesOn);
  const watched = await operator.typeCtrlC(/later-1 .*accepted/, "watch", "later-1");
  assert.equal(watched.code, 130, watched.out);
  assert.match(watched.out, goesOn);
  const killed = await operator.endWith("SIGTERM", /later-1/, "watch", "later-1");
  assert.equal(killed.code, 143);
  assert.match(killed.error, goesOn);
  const unasked = await operator.typeCtrlC(/\[y\/N\]/, "cancel", "later-1");
  assert.equal(unasked.code, 130, unasked.out);
  assert.match(unasked.out, /Nothing was done\.\s*$/);
  assert.equal(await stage.read("later-1/control.json"), undefined);
  assert.equal((await operator.type("cancel", "later-1", "--yes", "--wait")).code, 1);
  assert.match((await operator.type("show", "later-1")).out, /cancelled/);
}
