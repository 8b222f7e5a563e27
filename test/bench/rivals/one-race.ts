import { fork } from "node:child_process";
import { join } from "node:path";

import { type Stage, setStage } from "../../stage/stage.ts";
import { wideGuards } from "../../stage/wide-guards.ts";
import { processorSeconds } from "../resident.ts";
import { type Judgement, judgeVerdicts } from "./oracle.ts";
import type { Scenario } from "./scenarios.ts";
import { asCsv, membershipTasks, mixedTasks, type Task } from "./workload.ts";

/**
 * Runs one contestant through one scenario, in a cloud and a process of their own, and sends the result
 * to the process that forked this one. The clock runs from the moment in which the contestant, ready and
 * signed in, is given its tasks until it has said a verdict on each.
 */
export interface Result extends Judgement {
  readonly contestant: string;
  readonly seconds: number;
  /** Of the quota, from the first to the last accepted write; absent without meters. */
  readonly quotaShare: number | undefined;
  readonly writes: number;
  readonly throttled: number;
  /** Processor time of the contestant's process for each task, milliseconds. */
  readonly cpuMsPerTask: number;
}

const PRODUCT = "directory-batch";
/** The product with a request for each membership, to see what it gains by sharing requests. */
const SINGLES = "directory-batch-singles";
const SPEED = 10;
const QUOTA_PER_SECOND = 20;

type Verdicts = Readonly<Record<string, boolean>>;

const { contestant, scenario } = JSON.parse(process.argv[2] ?? "{}") as {
  contestant: string;
  scenario: Scenario;
};

const stage = await setStage({
  cloud: {
    speed: SPEED,
    seed: scenario.seed,
    graph: {
      seed: {
        users: 6000,
        groups: 40,
        membersPerGroup: scenario.tasks === "mixed" || scenario.dirty ? 20 : 0,
        specialGroups: false,
        synced: 0,
        guests: 0,
        disabled: 0,
      },
    },
  },
  settings: async () => ({
    ...wideGuards,
    GRAPH_RETRY_FLOOR_SECONDS: String(1 / SPEED),
    // As latency and Retry-After. Rivals have no time limit, and never wait for one: lost answers are resets.
    GRAPH_TIMEOUT_SECONDS: String(60 / SPEED),
    GRAPH_MEMBERS_PER_WRITE: membersPerWrite(),
  }),
});
try {
  process.send?.(await race(stage));
} finally {
  // What the product sends is as Graph is described, or this fails; what rivals send is theirs to answer for.
  await stage.close().catch((error: unknown) => {
    if (isProduct()) throw error;
  });
}

function isProduct(): boolean {
  return contestant === PRODUCT || contestant === SINGLES;
}

/** The meter of the race, unless every membership is to have a request of its own; empty for the default. */
function membersPerWrite(): string {
  if (contestant === SINGLES) return "1";
  return String(scenario.conditions?.membersPerWrite ?? "");
}

/** Another client that writes with our application; 0 ends it. */
async function neighbor({ cloud }: Stage, writesPerSecond: number): Promise<void> {
  const { control, home } = cloud;
  await control.graph("neighbour", { writesPerSecond, app: home.clientId, sameApplication: true });
}

async function race({ cloud }: Stage): Promise<Result> {
  const { control, home } = cloud;
  const before = await control.graph("snapshot", {});
  const make = scenario.tasks === "mixed" ? mixedTasks : undefined;
  const tasks =
    make?.(before, home.domain, scenario.count) ??
    membershipTasks(before, scenario.count, scenario.dirty);
  await control.graph("conditions", { ...scenario.conditions });
  const { run, cpuMs } = isProduct() ? product(stage, tasks) : await rival(stage, tasks);
  for (const fault of scenario.faults) await control.graph("addFault", fault);
  await control.graph("meters", { on: scenario.bucket !== "off" });
  await control.graph("meterLevel", { level: scenario.bucket === "empty" ? 0 : 1 });
  await neighbor(stage, scenario.neighbor ?? 0);
  await control.graph("resetCounters", {});
  const startMs = performance.now();
  const verdicts = await run();
  const seconds = (performance.now() - startMs) / 1000;
  await control.graph("clearFaults", {});
  const counters = await control.graph("counters", {});
  const after = await control.graph("snapshot", {});
  const writing = ((counters.lastWriteMs ?? 0) - (counters.firstWriteMs ?? 0)) / 1000;
  return {
    contestant,
    seconds,
    quotaShare:
      scenario.bucket === "off"
        ? undefined
        : counters.acceptedWrites /
          (writing * SPEED * (QUOTA_PER_SECOND - (scenario.neighbor ?? 0))),
    writes: counters.acceptedWrites,
    throttled: counters.throttledOperations,
    cpuMsPerTask: (await cpuMs()) / tasks.length,
    ...judgeVerdicts(tasks, verdicts, after, counters.committedWrites),
  };
}

/** The product, warm: it is given the tasks as a file, and its verdicts are read in its report. */
function product(on: Stage, tasks: readonly Task[]) {
  const cpuMs = (): number => 1000 * (processorSeconds(on.host.status().workerPid) ?? Number.NaN);
  const startedMs = cpuMs();
  return {
    run: async (): Promise<Verdicts> => {
      await on.upload("staged/race.csv", asCsv(tasks));
      const message = { version: 1, batch: "race", mode: "apply", file: "staged/race.csv" };
      await on.send("accept", JSON.stringify(message));
      await on.settled("race", { timeoutMs: 900_000, everyMs: 20 });
      const { rows } = JSON.parse((await on.read("race/report.json")) ?? "{}") as {
        rows: readonly { readonly row: number; readonly verdict: string }[];
      };
      return Object.fromEntries(
        rows.map(({ row, verdict }) => [row - 1, verdict === "done" || verdict === "unchanged"]),
      );
    },
    cpuMs: async () => cpuMs() - startedMs,
  };
}

/** A rival's process, ready and signed in. */
async function rival({ cloud }: Stage, tasks: readonly Task[]) {
  const { tools, home } = cloud;
  const { clientId, clientSecret } = tools;
  const program = join(import.meta.dirname, "contestants", `${contestant}.mjs`);
  const child = fork(program, {
    execArgv: ["--no-warnings"],
    env: {
      ...process.env,
      ...cloud.env(),
      CONTESTANT: JSON.stringify({ tenantId: home.tenantId, clientId, clientSecret }),
    },
  });
  const said = (): Promise<{ verdicts?: Verdicts; cpuMs?: number }> =>
    new Promise((resolve, reject) => {
      child.once("message", (message) => resolve(message as { verdicts: Verdicts; cpuMs: number }));
      child.once("exit", (code) => reject(new Error(`${contestant} ended with ${code}`)));
    });
  await said();
  let cpuMs = 0;
  return {
    run: async (): Promise<Verdicts> => {
      const answer = said();
      child.send([...tasks]);
      const { verdicts = {}, cpuMs: spent = 0 } = await answer;
      cpuMs = spent;
      return verdicts;
    },
    cpuMs: async () => cpuMs,
  };
}
