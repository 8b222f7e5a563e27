import { OperatorError } from "../../core/errors.ts";
import type { PostResult } from "../../graph/types.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Site } from "../batch/site.ts";
import type { OpenRow } from "../schedule/open-row.ts";

/** What a post did, for the slice's figures. */
export interface PostOutcome {
  /** Parts that Graph took, whatever it answered to them. */
  readonly writes: number;
  readonly throttled: number;
  /** No readable answer came: Graph may be down. */
  readonly isLost: boolean;
}

export const nothingSent: PostOutcome = { writes: 0, throttled: 0, isLost: false };

/** Reports a post's result to the pacer, the groups and the figures. Graph's client sends the telemetry. */
export function account(
  site: Site,
  parts: readonly { readonly row: OpenRow<OpenBatch> }[],
  result: PostResult,
  grantedAt: number,
): PostOutcome {
  site.pacer.report(result, { n: parts.length, grantedAt });
  if (result.kind === "lost") return { ...nothingSent, isLost: true };
  if (result.kind === "not-taken") {
    const { status } = result;
    if (status !== 429) return { ...nothingSent, isLost: status >= 500 };
    for (const { row } of parts) row.lane.throttled += 1;
    return { ...nothingSent, throttled: parts.length };
  }
  let writes = 0;
  let throttled = 0;
  const nowMs = site.clock.monotonic();
  for (const [index, { row }] of parts.entries()) {
    const answer = result.parts[index];
    if (answer === undefined) continue;
    if (row.write.group !== undefined) {
      if (answer.status === 409) site.schedule.conflicted(row.write.group);
      else if (answer.status < 400) site.schedule.answered(row.write.group);
    }
    if (answer.status === 429) {
      row.lane.throttled += 1;
      throttled += 1;
      continue;
    }
    writes += 1;
    row.lane.meter.add(nowMs, 1);
  }
  return { writes, throttled, isLost: false };
}

/** The error that ends a slice if Graph refused the app itself; it took none of the posted rows then. */
export function refusalOf(result: PostResult): OperatorError | undefined {
  if (result.kind !== "not-taken") return undefined;
  const { status, error } = result;
  const what = `Graph refused the app as a whole (${status}${error ? ` ${error.code}` : ""}).`;
  if (status === 401) {
    return new OperatorError("TOKEN_REFUSED", what, {
      fix: "Check the app registration and its certificate, and whether the tenant blocks the app.",
      disposition: "stop",
    });
  }
  if (status !== 403) return undefined;
  return new OperatorError("PERMISSION_MISSING", what, {
    fix: "Grant the permissions that the batch's plan.json names, with admin consent.",
    disposition: "stop",
  });
}
