import { setTimeout as delay } from "node:timers/promises";

import type { BatchStatus } from "../../shared/records/status.ts";
import type { FaultRule } from "../cloud/graph/graph.ts";
import { until } from "../core/until.ts";
import { disagreements, type ReportedRow } from "../demo/check-oracle.ts";
import { predict } from "../demo/oracle.ts";
import { peopleFile, toCsv } from "../demo/people-file.ts";
import { setStage, type Stage } from "./stage.ts";
import { wideGuards } from "./wide-guards.ts";

/** Everything that can go wrong between us and Graph, lost answers above all. */
export const transientFaults: readonly FaultRule[] = [
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.04,
    fault: { kind: "reset", committed: true },
  },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "reset", committed: false },
  },
  { at: "request", path: "^/\\$batch", probability: 0.02, fault: { kind: "truncate" } },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "html", status: 502, committed: true },
  },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "status", status: 503, retryAfterSeconds: 2 },
  },
  {
    at: "request",
    path: "^/\\$batch",
    probability: 0.02,
    fault: { kind: "status", status: 429, retryAfterSeconds: 3 },
  },
  { at: "request", path: "^/\\$batch", probability: 0.05, fault: { kind: "drop-parts", count: 2 } },
  { at: "request", path: "^/\\$batch", probability: 0.5, fault: { kind: "shuffle-parts" } },
  { at: "part", probability: 0.01, fault: { kind: "status", status: 500, committed: true } },
  { at: "part", probability: 0.01, fault: { kind: "status", status: 504, committed: false } },
  { at: "part", probability: 0.01, fault: { kind: "status", status: 429, retryAfterSeconds: 1 } },
  {
    at: "part",
    method: "POST",
    probability: 0.01,
    fault: { kind: "status", status: 409, code: "Directory_ConcurrencyViolation" },
  },
];

/** A stage with a tenant of 2,000 people and caps that the people file stays under. */
export const setPeopleStage = (): Promise<Stage> =>
  setStage({
    cloud: {
      graph: { seed: { users: 2000, groups: 60, membersPerGroup: 12, specialGroups: true } },
    },
    settings: async () => ({
      ...wideGuards,
      MAX_DELETES_PER_BATCH: "50",
      MAX_DISABLES_PER_BATCH: "500",
      RUNNER_LEASE_SECONDS: "15",
      // A tenth, as all of Graph's times: so long a row waits whose post was lost, each time anew.
      GRAPH_TIMEOUT_SECONDS: "6",
    }),
  });

/** What came of a people file. */
export interface PeopleRun {
  readonly status: BatchStatus;
  /** Empty if verdicts and directory are as the oracle predicted. */
  readonly wrong: readonly string[];
  /** Writes to one object that were in flight together. */
  readonly overlaps: number;
  readonly seconds: number;
}

/**
 * Runs a people file of `size` rows to its end, with `disturb` beside it, and compares the result
 * with the oracle.
 */
export async function runPeople(
  stage: Stage,
  options: {
    readonly size: number;
    readonly seed: number;
    readonly disturb?: () => Promise<void>;
    readonly timeoutMs?: number;
  },
): Promise<PeopleRun> {
  const { control, home } = stage.cloud;
  const startedMs = performance.now();
  const before = await control.graph("snapshot", {});
  const rows = peopleFile(before, home.domain, options.size, options.seed);
  const oracle = predict(before, rows);
  await control.graph("resetCounters", {});
  const known = new Set(await stage.batches());
  await stage.upload(`people-${options.seed}.csv`, toCsv(rows));
  await stage.host.fireTimer("sweep");
  await options.disturb?.();
  let batch: string | undefined;
  while (batch === undefined) {
    batch = (await stage.batches()).find((name) => name.startsWith("people-") && !known.has(name));
    await delay(100);
  }
  const status = await stage.settled(batch, { timeoutMs: options.timeoutMs ?? 150_000 });
  const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as {
    rows?: ReportedRow[];
  };
  const after = await control.graph("snapshot", {});
  const names = after.users.map(({ values }) => String(values["userPrincipalName"]).toLowerCase());
  const { overlaps } = await control.graph("counters", {});
  return {
    status,
    wrong: [
      ...disagreements(oracle, report.rows ?? [], after),
      ...(new Set(names).size === names.length ? [] : ["an account was created twice"]),
    ],
    overlaps: overlaps.objects,
    seconds: (performance.now() - startedMs) / 1000,
  };
}

/** Waits until `count` writes have reached the directory since the counters were reset. */
export async function untilWritten(stage: Stage, count: number): Promise<void> {
  for (;;) {
    const { committedWrites } = await stage.cloud.control.graph("counters", {});
    if (committedWrites >= count) return;
    await delay(20);
  }
}

/**
 * Kills the worker's process and lets the next one take over: the dead runner's lease has to end, and
 * then the sweep rings for the tenant.
 */
export async function killAndTakeOver(stage: Stage): Promise<void> {
  const lease = Number(stage.environment["RUNNER_LEASE_SECONDS"]);
  if (!(lease > 0)) throw new TypeError("the stage must set RUNNER_LEASE_SECONDS");
  await stage.host.kill();
  await delay(1_000 * (lease + 1));
  // The third crash within half an hour stops the host; the platform starts it again.
  await until(() => stage.host.status().state === "running", { what: "the host again" });
  await stage.host.fireTimer("sweep");
}
