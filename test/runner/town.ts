import type { BatchPorts } from "../../shared/batches/ports.ts";
import { systemClock } from "../../shared/core/clock.ts";
import { createWritePacer } from "../../shared/graph/pacing/pacer.ts";
import { catalogue } from "../../shared/operations/list.ts";
import { approvable } from "../../shared/records/approval/held.ts";
import { changeControl } from "../../shared/records/decisions/control.ts";
import { readManifest } from "../../shared/records/manifest.ts";
import { workMarker } from "../../shared/records/markers/marker.ts";
import type { RunnerPorts, RunnerSettings } from "../../shared/runner/ports.ts";
import { runTenant } from "../../shared/runner/slice/run.ts";
import { type Workshop, home, openWorkshop } from "../batches/workshop.ts";
import { quickSettings } from "./rig.ts";
import { TinyDirectory } from "./tiny-directory.ts";

/** Batches that are planned and run on one small directory, with storage in memory. */
export interface Town extends Workshop {
  readonly users: TinyDirectory;
  /** Makes so much time pass for the clocks of accept and runner. */
  readonly pass: (ms: number) => void;
  readonly runnerPorts: (more?: Partial<RunnerSettings>) => RunnerPorts;
  /** Runs until the tenant has no work. */
  readonly run: (more?: Partial<RunnerSettings>) => Promise<void>;
  /** Approves what the batch would write now, and hands it over, as a decision does. */
  readonly approve: (folder: string, digest?: string) => Promise<void>;
  /** The rows of report.json, by number. */
  readonly report: (folder: string) => Map<number, ReportedRow>;
}

/** A row of report.json, loosely. */
export interface ReportedRow {
  readonly row: number;
  readonly verdict: string;
  readonly input?: Record<string, unknown>;
  readonly reason?: string;
  readonly fix?: string;
  readonly before?: Record<string, unknown>;
  readonly after?: Record<string, unknown>;
}

export function openTown(users = new TinyDirectory(), ports: Partial<BatchPorts> = {}): Town {
  let passedMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + passedMs };
  const workshop = openWorkshop({ graphFor: () => users, clock, ...ports });
  const { blobs, batches, events } = workshop;
  const runnerPorts = (more: Partial<RunnerSettings> = {}): RunnerPorts => ({
    tenant: home,
    graph: users,
    blobs,
    catalogue,
    createPacer: (memory) =>
      createWritePacer({ quota: 3_000_000, windowMs: 150_000, retryFloorMs: 5, clock, memory }),
    makePassword: () => "not-a-secret",
    admit: (folder) => batches.admit(folder),
    finishBatch: (folder, receipts) => batches.finishBatch(folder, receipts),
    clock,
    random: Math.random,
    emit: (event) => void events.push(event),
    settings: { ...quickSettings, planFreshMs: 10 * 60_000, ...more },
  });
  let approvals = 0;
  const town: Town = {
    ...workshop,
    users,
    pass: (ms) => {
      passedMs += ms;
    },
    runnerPorts,
    run: async (more) => {
      for (let slices = 0; slices < 20; slices++) {
        const ran = await runTenant(runnerPorts(more));
        if (ran.state === "ran" && ran.idle) return;
      }
      throw new Error("the tenant never became idle");
    },
    approve: async (folder, digest) => {
      const named = digest ?? (await approvable(blobs.batches, folder)) ?? "";
      const at = new Date(clock.now() + ++approvals).toISOString();
      const approval = { digest: named, at, by: [] };
      await changeControl(blobs.batches, folder, (control) => ({
        ...control,
        approved: [...control.approved, approval],
      }));
      const manifest = (await readManifest(blobs.batches, folder))!.value;
      const marker = workMarker({ ...manifest, acceptedAt: at });
      await blobs.runner.write(marker, JSON.stringify({ folder }));
    },
    report: (folder) => {
      const { rows } = blobs.batches.json(`${folder}/report.json`) as { rows: ReportedRow[] };
      return new Map(rows.map((row) => [row.row, row]));
    },
  };
  return town;
}
