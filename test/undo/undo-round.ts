import { setTimeout as delay } from "node:timers/promises";

import { guardRules } from "../../shared/app/guard-rules.ts";
import type { BatchStatus } from "../../shared/records/status.ts";
import type { Snapshot } from "../cloud/graph/app/snapshot.ts";
import { createRandom } from "../cloud/graph/seed/random.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { differences, fingerprintOf } from "./fingerprint.ts";
import { randomRows } from "./random-rows.ts";

/** A round of `soak:undo`: a random batch, and its undo. */
export interface UndoRound {
  readonly seed: number;
  readonly rows: number;
  readonly done: number;
  readonly verdicts: BatchStatus["verdicts"];
  /** Values that somebody else changed in between. */
  readonly edits: number;
  readonly seconds: number;
  /** What is not as the rules say; empty if all is well. */
  readonly wrong: readonly string[];
}

/**
 * A stage on which nothing is held, because guards are not what is tested. Some count in percent of the
 * users of a day, so it takes 100 users a round.
 */
export const setUndoStage = (rounds: number): Promise<Stage> =>
  setStage({
    cloud: {
      latency: false,
      graph: { seed: { users: 100 + 100 * rounds, groups: 6, membersPerGroup: 8 } },
    },
    settings: async () => ({
      ...Object.fromEntries(
        Object.keys(guardRules)
          .filter((name) => /^(MAX|GROUP_LOSS)_/.test(name))
          .map((name) => [name, name.includes("PERCENT") ? "100" : "1000000"]),
      ),
      MAX_INVALID_ROWS_PERCENT: "100",
      PROTECT_ROLE_HOLDERS: "off",
    }),
  });

/**
 * Runs a random batch and undoes it. Without edits of others, the directory is then as it was before; with
 * them, every value that somebody else has set in between is still there. Every second time the undo is
 * undone as well: the directory is then as the batch had left it.
 */
export async function undoRound(
  stage: Stage,
  options: { readonly seed: number; readonly rows: number; readonly edits: number },
): Promise<UndoRound> {
  const { control, home } = stage.cloud;
  const startedMs = performance.now();
  const { seed } = options;
  const batch = `round-${seed}`;
  const before = await control.graph("snapshot", {});
  const rows = randomRows(before, home.domain, { seed, rows: options.rows });
  await stage.send("accept", JSON.stringify({ version: 1, batch, mode: "apply", rows }));
  const status = await stage.settled(batch, { timeoutMs: 300_000 });
  const between = await control.graph("snapshot", {});
  const edits = await editByOthers(stage, between, options);
  const undone = await undo(stage, batch);
  const after = await control.graph("snapshot", {});
  const wrong = [
    ...(status.state === "finished" ? [] : [`${batch} is ${status.state}: ${status.reason}`]),
    ...(undone.state === "finished" ? [] : [`its undo is ${undone.state}: ${undone.reason}`]),
    ...(edits.length === 0
      ? differences(fingerprintOf(before), fingerprintOf(after))
      : [...overwritten(edits, after), ...besides(edits, before, after)]),
  ];
  if (edits.length === 0 && seed % 2 === 0 && undone.verdicts.done > 0) {
    await undo(stage, `${batch}-undo-1`);
    const again = await control.graph("snapshot", {});
    const lost = differences(fingerprintOf(between), fingerprintOf(again));
    wrong.push(...lost.map((line) => `undone twice: ${line}`));
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { done } = status.verdicts;
  return {
    seed,
    rows: rows.length,
    done,
    verdicts: undone.verdicts,
    edits: edits.length,
    seconds,
    wrong,
  };
}

/** Undoes a batch, and answers how that ended. */
async function undo(stage: Stage, batch: string): Promise<BatchStatus> {
  const made = `${batch}-undo-1`;
  await decide(stage, { decision: "undo", batch, made });
  return stage.settled(made, { timeoutMs: 300_000 });
}

/** Decides as an operator does, by a message on queue `decisions`, and waits until the batch is made. */
export async function decide(
  stage: Stage,
  { decision, batch, made }: Readonly<Record<"decision" | "batch" | "made", string>>,
): Promise<void> {
  const expires = new Date(Date.now() + 30 * 60_000).toISOString();
  const tenant = stage.cloud.home.tenantId;
  const decisionId = `${decision}-${batch}`;
  const message = { version: 1, decisionId, decision, tenant, batch, expects: "ended", expires };
  await stage.send("decisions", JSON.stringify(message));
  const untilMs = Date.now() + 60_000;
  while ((await stage.status(made)) === undefined) {
    if (Date.now() > untilMs) throw new Error(`${made} was not made`);
    await delay(50);
  }
}

/** A value that somebody else gave a user. */
interface Edit {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

/** Changes values of users, at the directory itself: some that the batch wrote, and others. */
async function editByOthers(
  { cloud }: Stage,
  { users }: Snapshot,
  { seed, edits }: { readonly seed: number; readonly edits: number },
): Promise<readonly Edit[]> {
  const random = createRandom(seed + 7);
  const made: Edit[] = [];
  for (let at = 0; at < edits; at++) {
    const user = users[Math.floor(random.next() * users.length)]!;
    const names = ["department", "city", "jobTitle", "displayName", "surname", "companyName"];
    const name = names[Math.floor(random.next() * names.length)]!;
    const value = `edited ${at}`;
    await cloud.control.graph("update", { id: user.id, values: { [name]: value } });
    made.push({ id: user.id, name, value });
  }
  return made;
}

/** What differs of the users whom nobody else has edited. */
function besides(edits: readonly Edit[], before: Snapshot, after: Snapshot): readonly string[] {
  const ids = edits.map(({ id }) => id);
  return differences(fingerprintOf(before), fingerprintOf(after)).filter(
    (line) => !ids.some((id) => line.includes(id)),
  );
}

/** The edits that are not there any more; a user whom the batch created may be deleted with its edit. */
function overwritten(edits: readonly Edit[], { users }: Snapshot): readonly string[] {
  const latest = new Map(edits.map((edit) => [`${edit.id} ${edit.name}`, edit]));
  return [...latest.values()].flatMap(({ id, name, value }) => {
    const user = users.find((each) => each.id === id);
    const present = user?.values[name];
    return user === undefined || present === value
      ? []
      : [`${id} ${name} was ${value}, is ${String(present)}`];
  });
}
