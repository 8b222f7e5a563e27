import { setTimeout as delay } from "node:timers/promises";

import type { BatchStatus } from "../../shared/records/status.ts";
import type { Snapshot } from "../cloud/graph/app/snapshot.ts";
import { killAndTakeOver } from "../stage/people-run.ts";
import { setStage, type Stage } from "../stage/stage.ts";
import { wideGuards } from "../stage/wide-guards.ts";
import { differences, fingerprintOf } from "../undo/fingerprint.ts";
import { type Prediction, predictLeavers } from "./leavers-oracle.ts";
import { giveLicenses, giveManagers, leaversCsv, leaversFile } from "./leavers.ts";
import { partsOutOfOrder } from "./parts-in-order.ts";

/** A round of `soak:offboard`: a file of leavers, with kills. */
export interface OffboardRound {
  readonly seed: number;
  readonly inputRows: number;
  readonly parts: number;
  readonly verdicts: BatchStatus["verdicts"];
  /** What was written when the worker was killed; 0 for a kill before the plan was made. */
  readonly kills: readonly number[];
  readonly seconds: number;
  /** Empty if everything is as the oracle predicted. */
  readonly wrong: readonly string[];
}

/** A stage with three people for each leaver, on which no guard holds anything. */
export async function setLeaversStage(leavers: number, seed: number): Promise<Stage> {
  const users = 3 * leavers;
  const groups = Math.max(8, Math.ceil(leavers / 8));
  const stage = await setStage({
    cloud: {
      latency: false,
      graph: {
        seed: {
          users,
          groups,
          membersPerGroup: 80,
          specialGroups: true,
          synced: 0,
          disabled: Math.ceil(users / 20),
        },
      },
    },
    settings: async ({ control, home }) => {
      await control.grantConsent({
        tenantId: home.tenantId,
        appId: home.clientId,
        roles: ["LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All"],
      });
      return {
        ...wideGuards,
        MAX_INVALID_ROWS_PERCENT: "100",
        PROTECT_ROLE_HOLDERS: "off",
        TRIPWIRES: "off",
        RUNNER_LEASE_SECONDS: "15",
      };
    },
  });
  await giveManagers(stage.cloud, seed);
  await giveLicenses(stage.cloud, seed);
  return stage;
}

/** Runs a file of leavers, kills the worker after so many writes, and compares all of it with the oracle. */
export async function offboardRound(
  stage: Stage,
  options: { readonly leavers: number; readonly seed: number; readonly kills: readonly number[] },
): Promise<OffboardRound> {
  const { control, home } = stage.cloud;
  const startedMs = performance.now();
  const { seed, kills } = options;
  const batch = `leavers-${seed}`;
  const before = await control.graph("snapshot", {});
  const file = leaversFile(before, home.domain, options);
  const prediction = predictLeavers(before, file);
  await control.graph("resetCounters", {});
  await stage.upload(`staged/${batch}.csv`, leaversCsv(file));
  const message = {
    version: 1,
    batch,
    mode: "apply",
    operation: "offboard",
    file: `staged/${batch}.csv`,
  };
  await stage.send("accept", JSON.stringify(message));
  for (const writes of kills) {
    await untilReached(stage, batch, writes);
    await killAndTakeOver(stage);
  }
  const status = await stage.settled(batch, { timeoutMs: 1_200_000 });
  const after = await control.graph("snapshot", {});
  const wrong = [
    ...(status.state === "finished" ? [] : [`${batch} is ${status.state}: ${status.reason}`]),
    ...differences(fingerprintOf(prediction.after), fingerprintOf(after)),
    ...otherManagers(prediction.after, after),
    ...(await otherVerdicts(stage, batch, prediction)),
    ...(await partsOutOfOrder(stage, batch)),
  ];
  return {
    seed,
    inputRows: status.inputRows ?? 0,
    parts: status.rows,
    verdicts: status.verdicts,
    kills,
    seconds: (performance.now() - startedMs) / 1000,
    wrong,
  };
}

/** Waits until so much is written or, for 0, until the batch has its name and no plan yet. */
async function untilReached(stage: Stage, batch: string, writes: number): Promise<void> {
  for (;;) {
    const status = await stage.status(batch);
    if (status !== undefined && !["accepted", "running"].includes(status.state)) return;
    if (writes === 0 && status !== undefined) return;
    const { committedWrites } = await stage.cloud.control.graph("counters", {});
    if (writes > 0 && committedWrites >= writes) return;
    await delay(10);
  }
}

/** Users whose manager is another than predicted. */
function otherManagers(predicted: Snapshot, { users }: Snapshot): readonly string[] {
  const managers = new Map(users.map(({ id, manager }) => [id, manager]));
  return predicted.users.flatMap(({ id, manager }) =>
    managers.get(id) === manager ? [] : [`${id} manager: ${manager} → ${managers.get(id)}`],
  );
}

interface ReportedPart {
  readonly operation: string;
  readonly verdict: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Rows and parts that the report tells otherwise than predicted. */
async function otherVerdicts(
  stage: Stage,
  batch: string,
  { rows: predicted }: Prediction,
): Promise<readonly string[]> {
  const report = JSON.parse((await stage.read(`${batch}/report.json`)) ?? "{}") as {
    rows?: { inputRow: number; verdict: string; parts: ReportedPart[] }[];
  };
  const rows = report.rows ?? [];
  const count = rows.length === predicted.length ? [] : [`${rows.length} rows are reported`];
  return [
    ...count,
    ...rows.flatMap(({ inputRow, verdict, parts }) => {
      const expected = predicted[inputRow - 1];
      const own = parts.map(partText);
      const wanted = expected?.parts ?? [];
      const more = own.filter((part) => !wanted.includes(part));
      const less = wanted.filter((part) => !own.includes(part));
      const isSame = own.length === wanted.length && more.length + less.length === 0;
      return [
        ...(verdict === expected?.verdict
          ? []
          : [`row ${inputRow} is ${verdict}, not ${expected?.verdict}`]),
        ...(isSame ? [] : [`row ${inputRow} has ${more.join("; ")}, not ${less.join("; ")}`]),
      ];
    }),
  ];
}

function partText({ operation, verdict, input }: ReportedPart): string {
  const { user, member, group, manager } = input;
  const about = operation === "offboard" ? [] : [member ?? user, group ?? manager];
  return `${[operation, ...about.filter((each) => each !== undefined)].map(String).join(" ")}: ${verdict}`;
}
