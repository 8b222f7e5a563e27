import { buildInto } from "../../scripts/build.ts";
import { dist, setStage } from "../stage/stage.ts";
import { type MeasuredRun, measuredRun, polling } from "./measured-run.ts";
import { percent, quotaShare, type QuotaRow, showQuota } from "./quota-report.ts";
import { readOptions } from "./show.ts";

/**
 * `npm run bench`: how much of Graph's write quota the product uses and how much is throttled: alone,
 * beside others who write in the tenant with another application and with its own, and with eight
 * instances that all want to be the tenant's runner. The whole product on the local cloud at ten times
 * Graph's rates, latency on, each run from an empty bucket.
 */
const options = readOptions();
const SPEED = 10;
/** Directory writes a second that Graph allows an application in a tenant: 3,000 in 150 s. */
const QUOTA = 20;
const INSTANCES = 8;
/** Rows of a run. At its end up to 80 writes are left in the bucket, which would be 8 % of 1,000. */
const ROWS = options.short ? 2000 : 20_000;
/**
 * What others write a second, and with which application. The pacer detects a neighbor in our own quota
 * by a few refusals, which only a long run makes up for.
 */
const NEIGHBORS: readonly (readonly [number, "another" | "same"])[] = options.short
  ? [[10, "another"]]
  : [
      [10, "another"],
      [2, "same"],
      [5, "same"],
    ];

await buildInto(dist, "functions/index.ts");
const stage = await setStage({
  cloud: { speed: SPEED, graph: { seed: { users: 5000, synced: 0, guests: 0, disabled: 0 } } },
  settings: async () => polling(),
});
try {
  showQuota(options, { rows: await measure(), instances: INSTANCES });
} finally {
  await stage.close();
}

async function measure(): Promise<readonly QuotaRow[]> {
  const { users } = await stage.cloud.control.graph("snapshot", {
    properties: ["userPrincipalName"],
  });
  const names = users.map(({ values }) => String(values["userPrincipalName"]));
  const run = (name: string, size: number, beside?: () => Promise<void>): Promise<MeasuredRun> =>
    measuredRun(stage, { name, rows: size, users: names, speed: SPEED, beside });

  await run("warm-up", 200);
  const rows = [report("alone", 0, await run("alone", ROWS))];
  await Promise.all(
    Array.from({ length: INSTANCES - 1 }, () => stage.another({ env: polling(1000) })),
  );
  rows.push(report(`${INSTANCES} instances compete`, 0, await run("competing", ROWS, ringAll)));
  // Last, because the pacer stays slow for a while after it detected a neighbor in its own quota.
  for (const [others, app] of NEIGHBORS) {
    await neighbor(others, app);
    const measured = await run(`neighbor-${app}-${others}`, ROWS);
    await neighbor(0, app);
    const whose = app === "same" ? "our" : "another";
    const what = `others write ${others} a second with ${whose} application`;
    rows.push(report(what, app === "same" ? others : 0, measured));
  }
  return rows;
}

function report(what: string, others: number, run: MeasuredRun): QuotaRow {
  const share = quotaShare(run, (QUOTA - others) * SPEED);
  console.log(
    `${what}: ${percent(share)} of the quota, ${run.throttled} throttled, ${run.writeSeconds.toFixed(0)} s`,
  );
  return { what, share, run };
}

/** With our application others take from our quota, with another one from the tenant's. */
async function neighbor(writesPerSecond: number, app: "same" | "another"): Promise<void> {
  const another = "11111111-1111-4111-8111-111111111111";
  await stage.cloud.control.graph("neighbour", {
    writesPerSecond,
    app: app === "same" ? stage.cloud.home.clientId : another,
    sameApplication: app === "same",
  });
}

/** A ring for each instance, so that all of them compete for the tenant. */
async function ringAll(): Promise<void> {
  const ring = JSON.stringify({ version: 1, tenant: stage.cloud.home.tenantId });
  await Promise.all(Array.from({ length: INSTANCES }, () => stage.send("run", ring)));
}
