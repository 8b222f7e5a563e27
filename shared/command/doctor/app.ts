import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import { readTenantControl } from "../../records/decisions/control.ts";
import { type Heartbeat, readHeartbeat } from "../../records/deployment/heartbeat.ts";
import {
  certificateCheckBlob,
  certificatesBlob,
  markersPrefix,
  runnerStateBlob,
} from "../../records/paths.ts";
import { readPlan } from "../../records/plan.ts";
import { folderFor } from "../batch/folders.ts";
import { readOverviews } from "../batch/overview.ts";
import { duration, figure } from "../terminal/figures.ts";
import { type Check, type Finding, note, ok, type Patient, problem } from "./finding.ts";

/** The sweep runs every five minutes; after two it missed one. */
const LATE_MS = 12 * 60_000;
/** A runner writes a batch's status every five seconds. */
const QUIET_MS = 60_000;
const DAY_MS = 86_400_000;

/** Whether the app lives, which release it is, and what its tenants do. */
export const checkApp: Check = async (patient) => {
  const heartbeat = await readHeartbeat(patient.account.blobs.runner);
  if (heartbeat === undefined) {
    return [
      problem(
        "heartbeat",
        "no sweep has run yet",
        "Publish the app (infra/publish.sh) and wait for five minutes; then docs/runbook.md, No heartbeat.",
      ),
    ];
  }
  const { account } = patient;
  const tenants = account.tenant === undefined ? heartbeat.tenants : [account.tenant];
  return [
    heartbeatFinding(heartbeat, patient.clock.now()),
    releaseFinding(heartbeat, patient.ownBundle),
    ...(await Promise.all(tenants.map((tenant) => tenantFindings(patient, tenant)))).flat(),
    ...(await certificateFindings(patient, heartbeat.homeTenant)),
  ];
};

function heartbeatFinding({ at }: Heartbeat, nowMs: number): Finding {
  const ageMs = nowMs - Date.parse(at);
  const words = `last sweep ${duration(ageMs / 1000)} ago`;
  return ageMs <= LATE_MS
    ? ok("heartbeat", words)
    : problem(
        "heartbeat",
        words,
        "The app's timers do not run: check that it is started, and restart it (docs/runbook.md, No heartbeat).",
      );
}

function releaseFinding({ bundle, node }: Heartbeat, own: string | undefined): Finding {
  const deployed = `deployed bundle ${bundle?.slice(0, 12) ?? "unknown"} on Node ${node}`;
  if (own === undefined || bundle === undefined) {
    return note("version", deployed, "npm run build makes this checkout's own, to compare.");
  }
  return own === bundle
    ? ok("version", `${deployed}: the same as this checkout's`)
    : note(
        "version",
        `${deployed}; this checkout's is ${own.slice(0, 12)}`,
        "Another release is deployed: check out the same one, or publish this one (infra/publish.sh).",
      );
}

/** What one tenant's runner does. */
async function tenantFindings(
  { account, clock, self }: Patient,
  tenant: string,
): Promise<Finding[]> {
  const { runner } = account.blobs;
  const check = `runner of ${tenant}`;
  const control = await readTenantControl(runner, tenant);
  if (control.standing === "paused") {
    const fix = `Let it continue: ${self} resume --whole-tenant --tenant ${tenant}`;
    return [note(check, "the whole tenant is paused", fix)];
  }
  let waiting = 0;
  for await (const _ of runner.list(markersPrefix(tenant))) waiting += 1;
  if (waiting === 0) return [ok(check, "idle: no batch has work")];
  let stateMs = 0;
  for await (const blob of runner.list(runnerStateBlob(tenant))) stateMs = blob.lastModifiedMs;
  const quietMs = clock.now() - stateMs;
  return quietMs <= LATE_MS
    ? [ok(check, `${figure(waiting)} ${waiting === 1 ? "batch" : "batches"} with work`)]
    : [
        problem(
          check,
          `${figure(waiting)} with work, and nothing was written for ${duration(quietMs / 1000)}`,
          "The sweep rings within five minutes. If it does not help, see the log of runTenant.",
        ),
      ];
}

/** How long the certificate lasts that signs in, by what the app registered. */
async function certificateFindings(
  { account, clock }: Patient,
  homeTenant: string,
): Promise<Finding[]> {
  const fix = "See docs/rotation.md: create a new version in the vault, and the app rolls it.";
  const blob = await account.blobs.runner.read(certificatesBlob(homeTenant));
  if (blob === undefined) {
    // Before the app's first own roll only the daily check's warnings are known.
    const told = await account.blobs.runner.read(certificateCheckBlob(homeTenant));
    const warned = recordOf(recordOf(told && parseJson(told.bytes.toString("utf8")))["told"]);
    const [days] = Object.values(warned);
    return [
      typeof days === "number"
        ? problem("certificate", `the daily check warned that ${days} days are left`, fix)
        : note("certificate", "the app has not rolled one itself yet; Key Vault knows its end"),
    ];
  }
  const { keys } = recordOf(parseJson(blob.bytes.toString("utf8")));
  const ends = (Array.isArray(keys) ? keys : [])
    .map(recordOf)
    .filter((key) => key["acceptedAt"] !== undefined && key["removedAt"] === undefined)
    .map((key) => Date.parse(String(key["expiresAt"])));
  const left = Math.floor((Math.max(...ends) - clock.now()) / DAY_MS);
  if (!Number.isFinite(left)) {
    return [
      problem(
        "certificate",
        "no registered key is accepted by Entra",
        "See docs/rotation.md, By hand.",
      ),
    ];
  }
  return [
    left > 30
      ? ok("certificate", `the newest lasts ${figure(left)} more days`)
      : problem("certificate", `the newest lasts ${figure(left)} more days`, fix),
  ];
}

/** What the latest batches say of the app's permissions, and which batches wait for a person. */
export const checkBatches: Check = async ({ account, clock, self }) => {
  const all = await readOverviews(account);
  const waiting = all.filter(({ state }) => state === "held");
  const quiet = all.filter(
    ({ state, updatedAt }) => state === "running" && clock.now() - Date.parse(updatedAt) > QUIET_MS,
  );
  const latest = all.find(({ state }) => state !== "refused" && state !== "accepted");
  const plan = latest && (await readPlan(account.blobs.batches, folderFor(account, latest.batch)));
  const lacking = plan?.lacking ?? [];
  return [
    plan === undefined
      ? note("consent", "no batch was planned yet")
      : lacking.length === 0
        ? ok("consent", `${latest?.batch} had every permission it needs`)
        : problem(
            "consent",
            `${latest?.batch} lacked ${lacking.map(({ permission }) => permission).join(", ")}`,
            "Let an administrator grant them (infra/print-consent.sh), then approve the batch.",
          ),
    ...quiet.map(({ batch, updatedAt }) =>
      problem(
        `batch ${batch}`,
        `runs, and its status is of ${updatedAt}`,
        "There is no runner; the sweep rings within five minutes.",
      ),
    ),
    ...waiting.map(({ batch, reason }) =>
      note(`batch ${batch}`, `held: ${reason ?? ""}`, `Look and decide: ${self} show ${batch}`),
    ),
  ];
};
