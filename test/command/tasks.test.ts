import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { columnOf, read } from "../house/pages.ts";
import { doTasks, type DoneTask } from "./tasks.ts";

/** What has to come back for each task of the runbook: the exit code, and words of the answer. */
const expected: Readonly<Record<string, readonly [code: number, ...says: readonly RegExp[]]>> = {
  "send a file": [0, /^sent as leavers-1\nfollow it: batch watch leavers-1\n$/],
  // A row of it fails, so that there is something to look at and to rerun.
  "follow a batch": [
    1,
    /^leavers-1 is finished: done 3, failed 1$/m,
    /^leavers-1 +finished +\[#{24}\] 4 of 4/m,
  ],
  "see why a batch was refused": [
    0,
    /^state +refused$/m,
    /^why +Column usr is not known\. Did you mean user\?$/m,
    /^what to do +\S/m,
    /^where +staged\/wrong-1-[0-9a-f]{8}\.csv, column usr$/m,
  ],
  "see why a row failed": [0, /^4 +user\.disable +nobody@nowhere\.example +failed +No object has/m],
  "release a held batch": [
    0,
    /^purge-1 is finished: done 4$/m,
    /deletes +batch +HELD +4 +2 .*MAX_DELETES_PER_BATCH/,
    /^plan +sha256:[0-9a-f]{64}$/m,
    /approve purge-1: done, by somebody with the right to send to the queue/,
  ],
  "reject a held or planned batch": [0, /\[y\/N\] y\nreject purge-2: done/],
  "cancel a batch": [1, /^many-1 is cancelled: done \d+, skipped \d+$/m],
  "pause one batch": [0, /^pause many-1: done/m],
  "stop a tenant": [0, /\[y\/N\] y\npause tenant [0-9a-f-]{36}: done/],
  "try failed rows again": [0, /^rerun leavers-1: done, .*; it is batch (\S+)$/m],
  "undo a batch": [0, /^purge-1-undo-1 is finished: done 4$/m],
  "find a person": [0, /^purge-1-undo-1 +finished +\d /m, /^purge-1 +finished +1 +user\.delete /m],
  "dry-run a file that was dropped into the inbox": [
    0,
    /^would write +2 changes$/m,
    /^plan +sha256/m,
  ],
  "prove that nothing of a batch was altered": [
    0,
    /^blobs +\d+ blobs, each as it was then$/m,
    /^signature +valid$/m,
  ],
};

/** Every command of docs/runbook.md's table, typed as documented, on the built bundle. */
describe("a task of the runbook is one command", () => {
  let done: readonly DoneTask[];
  before(async () => {
    done = await doTasks(() => undefined);
  });

  for (const task of columnOf("docs/runbook.md", "to")) {
    it(task, () => {
      const said = done.find((each) => each.task === task)?.said;
      const [code, ...says] = expected[task] ?? [];
      assert.ok(said !== undefined && says.length > 0, "it is done and its answer is known");
      const text = said.out + said.error;
      assert.equal(said.code, code, text);
      for (const each of says) assert.match(text, each);
    });
  }

  it("and there are fourteen of them, without leases and filters", () => {
    assert.equal(done.length, 14);
    assert.equal(Object.keys(expected).length, 14);
    assert.doesNotMatch(read("docs/runbook.md"), /\bjq\b|\blease\b/);
  });
});
