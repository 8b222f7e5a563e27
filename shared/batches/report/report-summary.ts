import type { VerdictCounts } from "../../catalogue/row.ts";
import type { BatchManifest, Mode } from "../../records/manifest.ts";
import type { Plan } from "../../records/plan.ts";
import type { BatchState } from "../../records/status.ts";

/** What a report says about the whole batch. */
export interface ReportSummary {
  readonly batch: string;
  readonly tenant: string;
  readonly state: BatchState;
  readonly mode: Mode;
  readonly operation?: string | undefined;
  /** The file's path in `inbox`, if the rows came in one. */
  readonly file?: string | undefined;
  readonly acceptedAt: string;
  readonly finishedAt: string;
  readonly verdicts: VerdictCounts;
  readonly plan: Plan;
  /** What the reports lack, in whole sentences. */
  readonly lacks?: readonly string[] | undefined;
  /** Of a batch that is planned or held: what an approval has to name. */
  readonly digest?: string | undefined;
  /** Why it is held, or not written, and what to do. */
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
}

/** The summary by manifest and plan, and by how the batch ended. */
export function summaryOf(
  manifest: BatchManifest,
  plan: Plan,
  ended: {
    readonly state: BatchState;
    readonly verdicts: VerdictCounts;
    readonly atMs: number;
    readonly digest?: string | undefined;
    readonly reason?: string | undefined;
    readonly fix?: string | undefined;
  },
): ReportSummary {
  const { batch, tenant, mode, operation, acceptedAt } = manifest;
  const { state, verdicts, digest, reason, fix } = ended;
  return {
    batch,
    tenant,
    state,
    mode,
    operation,
    file: manifest.source.file?.path,
    acceptedAt,
    finishedAt: new Date(ended.atMs).toISOString(),
    verdicts,
    plan,
    digest,
    reason,
    fix,
  };
}
