import type { VerdictCounts } from "../../catalogue/row.ts";
import type { RecordedDecision } from "../../records/decisions/control.ts";
import type { BatchManifest, Mode } from "../../records/manifest.ts";
import type { Plan } from "../../records/plan.ts";
import type { BatchState } from "../../records/status.ts";
import type { Who } from "../../records/who.ts";

/** What a report says about the whole batch. */
export interface ReportSummary {
  readonly batch: string;
  readonly tenant: string;
  readonly state: BatchState;
  readonly mode: Mode;
  readonly operation?: string | undefined;
  /** The file's path in `inbox`, if the rows came in one. */
  readonly file?: string | undefined;
  /** The version of that file. */
  readonly fileEtag?: string | undefined;
  /** SHA-256, hex, of what decides the effect of the batch: its input and its operation. */
  readonly contentSha256: string;
  /** Who asked for it, as far as that is proven. */
  readonly submitter?: Who | undefined;
  /** What people decided about it until then. */
  readonly decisions: readonly RecordedDecision[];
  /** Graph's quota, writes a second. */
  readonly quotaPerSecond: number;
  readonly acceptedAt: string;
  readonly finishedAt: string;
  readonly verdicts: VerdictCounts;
  readonly plan: Omit<Plan, "shardDigests">;
  /** What the reports lack, in whole sentences. */
  readonly lacks?: readonly string[] | undefined;
  /** Of a batch that is planned or held: what an approval has to name. */
  readonly digest?: string | undefined;
  /** Why it is held, or not written, and what to do. */
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
}

/** What is not known before the batch ends. */
type Ended = Pick<
  ReportSummary,
  "state" | "verdicts" | "decisions" | "quotaPerSecond" | "digest" | "reason" | "fix"
> & { readonly atMs: number };

/** The summary by manifest and plan, and by how the batch ended. */
export function summaryOf(
  manifest: BatchManifest,
  { shardDigests: _digests, ...plan }: Plan,
  { atMs, ...ended }: Ended,
): ReportSummary {
  const { batch, tenant, mode, operation, acceptedAt, contentSha256, submitter } = manifest;
  const { state, verdicts, decisions, quotaPerSecond, digest, reason, fix } = ended;
  return {
    batch,
    tenant,
    state,
    mode,
    operation,
    file: manifest.source.file?.path,
    fileEtag: manifest.source.file?.etag,
    contentSha256,
    submitter,
    decisions,
    quotaPerSecond,
    acceptedAt,
    finishedAt: new Date(atMs).toISOString(),
    verdicts,
    plan,
    digest,
    reason,
    fix,
  };
}
