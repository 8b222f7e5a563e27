import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";

import { buildInto } from "../../scripts/build.ts";
import type { BatchStatus } from "../../shared/records/status.ts";
import type { LocalCloud } from "../cloud/local-cloud.ts";
import { dist, outFolder, setStage, type Stage } from "../stage/stage.ts";
import { wideGuards } from "../stage/wide-guards.ts";
import { disagreements, type ReportedRow } from "./check-oracle.ts";
import { excludeSome, isLeftAlone, isStale } from "./directory.ts";
import { keep } from "./keep.ts";
import { predict } from "./oracle.ts";
import { peopleFile, toCsv } from "./people-file.ts";
import { describe, progressLine, step, strong, total, verdictBars } from "./show.ts";

/**
 * The demonstration: a file of joiners, movers and leavers with mistakes in it, and the stale-account
 * policy, on a tenant of 5,000 users in the local cloud at ten times Graph's rates. Exits with 1 if
 * a verdict, the directory or the number of rows is not what the oracle predicted. `--keep` leaves the
 * local cloud up and prints how to reach it; `--port N` gives it one TLS port for all public names.
 */
const { values } = parseArgs({
  options: { keep: { type: "boolean", default: false }, port: { type: "string" } },
});
const ROWS = 1000;
const SPEED = 10;
const FILE = "joiners-movers-leavers.csv";
const startedMs = performance.now();
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort());
}

step(startedMs, "building dist/, exactly what is deployed");
await buildInto(dist, "functions/index.ts");

step(startedMs, "starting the local cloud: Entra, Key Vault, Graph, storage, a Functions host");
const stage = await setStage({
  cloud: {
    speed: SPEED,
    ...(values.port !== undefined && { port: Number(values.port) }),
    graph: { seed: { users: 5000, groups: 200, stale: 305, specialGroups: true } },
  },
  settings: async (cloud: LocalCloud) => ({
    // Higher than the defaults of 10 and 50, as an operator would set them for this file, and wide ones
    // of the others: the people file does a year's work in a day.
    ...wideGuards,
    MAX_DELETES_PER_BATCH: "50",
    MAX_DISABLES_PER_BATCH: "500",
    STALE_ACCOUNTS_MODE: "apply",
    STALE_ACCOUNTS_EXCLUDED_GROUP: await excludeSome(cloud, 5),
    SWEEP_SCHEDULE: "*/5 * * * * *",
  }),
});
try {
  process.exitCode = await demonstrate(stage);
  if (values.keep && !interrupted.signal.aborted) await keep(stage.cloud);
} finally {
  await stage.close();
}

/** Runs both batches, shows them, and says whether they came out as predicted. */
async function demonstrate({ cloud, host, ...rest }: Stage): Promise<number> {
  const { control } = cloud;
  const before = await control.graph("snapshot", {});
  const rows = peopleFile(before, cloud.home.domain, ROWS);
  const oracle = predict(before, rows);
  const stale = before.users.filter((user) => isStale(user, Date.now()));
  const leftAlone = before.users.filter((user) => isLeftAlone(user, Date.now()));
  step(
    startedMs,
    `a tenant of ${before.users.length} users and ${before.groups.length} groups, ${stale.length} of them stale`,
  );

  await control.graph("resetCounters", {});
  await control.graph("meterLevel", { level: 0 });
  await rest.upload(FILE, toCsv(rows));
  step(
    startedMs,
    `dropped inbox/${FILE} (${rows.length} rows) and started the stale-account policy`,
  );
  const runMs = performance.now();
  const timers = Promise.all(
    ["sweep", "staleAccounts"].map(async (timer) => {
      const result = await host.fireTimer(timer);
      if (!result.succeeded) throw new Error(`timer ${timer} failed: ${result.error}`);
    }),
  );
  const [statuses] = await Promise.all([watch(rest), timers]);
  if (interrupted.signal.aborted) return 130;
  const seconds = (performance.now() - runMs) / 1000;
  const [file, policy] = statuses;
  if (!file || !policy) return 1;

  const counters = await control.graph("counters", {});
  const spanSeconds = ((counters.lastWriteMs ?? 0) - (counters.firstWriteMs ?? 0)) / 1000;
  // No share of the quota: while the plan was made, quota flowed in that the first posts use.
  const writesPerSecond = counters.acceptedWrites / spanSeconds;
  await saveReports(rest, [file, policy]);
  const after = await control.graph("snapshot", {});
  for (const { id } of stale) oracle.directory.byId.get(id)!.values["accountEnabled"] = false;
  const wrong = [
    ...disagreements(oracle, await rowsOf(rest, file.batch), after),
    ...(await rowsOf(rest, policy.batch)).flatMap(({ row, verdict }) => {
      // Those to disable come first.
      const predicted = row <= stale.length ? "done" : "skipped";
      return verdict === predicted ? [] : [`policy row ${row}: ${verdict}, predicted ${predicted}`];
    }),
    ...(policy.rows === stale.length + leftAlone.length
      ? []
      : [
          `the policy found ${policy.rows} accounts, predicted ${stale.length} and ${leftAlone.length} to leave alone`,
        ]),
    ...[file, policy].flatMap((each) =>
      Object.values(each.verdicts).reduce((sum, count) => sum + count, 0) === each.rows
        ? []
        : [`${each.batch}: the verdicts do not sum up to the rows`],
    ),
  ];
  const summary = {
    rows: file.rows + policy.rows,
    verdicts: total([file, policy]),
    writes: counters.acceptedWrites,
    writesPerSecond: Number(writesPerSecond.toFixed(1)),
    throttled: counters.throttledOperations,
    seconds: Number(seconds.toFixed(1)),
  };
  writeFileSync(join(outFolder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`
  ${strong(`${summary.rows} rows, each with a verdict`)}

${verdictBars(summary.verdicts)}

    ${String(summary.writes)} directory writes in ${spanSeconds.toFixed(1)} s, ${writesPerSecond.toFixed(0)} a second (Graph refills its quota with ${20 * SPEED} a second at speed ${SPEED}), ${summary.throttled} throttled
    ${wrong.length === 0 ? "verdicts and directory match an independent oracle, row by row" : `${wrong.length} things DIFFER from the oracle`}

    look:  out/${file.batch}.html
           out/${policy.batch}.html
`);
  for (const each of wrong.slice(0, 20)) console.error(`    ${each}`);
  step(startedMs, "done");
  return wrong.length === 0 ? 0 : 1;
}

/** Shows both batches live until both have ended or Ctrl-C is pressed. */
async function watch(
  on: Pick<Stage, "batches" | "status">,
): Promise<readonly (BatchStatus | undefined)[]> {
  const line = progressLine();
  let names: (string | undefined)[] = [undefined, undefined];
  for (;;) {
    if (names.includes(undefined)) {
      const all = await on.batches();
      names = [
        all.find((name) => name.startsWith("joiners")),
        all.find((name) => name.startsWith("stale-accounts")),
      ];
    }
    const statuses = await Promise.all(
      names.map(async (name) => (name === undefined ? undefined : await on.status(name))),
    );
    line.show(describe(statuses));
    const isOver = statuses.every(
      (each) => each && ["finished", "held", "refused"].includes(each.state),
    );
    if (isOver || interrupted.signal.aborted) {
      line.end();
      return statuses;
    }
    await delay(150, undefined, { signal: interrupted.signal }).catch(() => undefined);
  }
}

async function rowsOf(on: Pick<Stage, "read">, batch: string): Promise<readonly ReportedRow[]> {
  const report = JSON.parse((await on.read(`${batch}/report.json`)) ?? "{}") as {
    rows?: ReportedRow[];
  };
  return report.rows ?? [];
}

async function saveReports(on: Pick<Stage, "read">, all: readonly BatchStatus[]): Promise<void> {
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(outFolder, { recursive: true });
  for (const { batch } of all) {
    for (const kind of ["csv", "json", "html"]) {
      const text = await on.read(`${batch}/report.${kind}`);
      if (text !== undefined) writeFileSync(join(outFolder, `${batch}.${kind}`), text);
    }
  }
}
