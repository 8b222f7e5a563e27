import { OperatorError } from "../../core/errors.ts";
import type { PostResult } from "../../graph/types.ts";
import type { Site } from "../batch/site.ts";
import type { Part } from "./part.ts";

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
  parts: readonly Part[],
  result: PostResult,
  grantedAt: number,
): PostOutcome {
  const n = parts.reduce((sum, part) => sum + part.writes, 0);
  site.pacer.report(asCounted(parts, result), { n, grantedAt });
  if (result.kind === "lost") return { ...nothingSent, isLost: true };
  if (result.kind === "not-taken") {
    const { status } = result;
    if (status !== 429) return { ...nothingSent, isLost: status >= 500 };
    for (const { rows } of parts) rows[0]!.row.lane.throttled += 1;
    return { ...nothingSent, throttled: parts.length };
  }
  let writes = 0;
  let throttled = 0;
  const nowMs = site.clock.monotonic();
  for (const [index, part] of parts.entries()) {
    const answer = result.parts[index];
    if (answer === undefined) continue;
    adaptGroup(site, part, answer.status);
    const { lane } = part.rows[0]!.row;
    if (answer.status === 429) {
      lane.throttled += 1;
      throttled += 1;
      continue;
    }
    writes += part.writes;
    lane.meter.add(nowMs, part.writes, part.rows.length);
  }
  return { writes, throttled, isLost: false };
}

/** Graph counts a request that many rows share as several writes, and so must the pacer if it was taken. */
function asCounted(parts: readonly Part[], result: PostResult): PostResult {
  if (result.kind !== "answered") return result;
  const counted = result.parts.flatMap((answer, at) => {
    const isTaken = answer && answer.status !== 429 && answer.status !== 503;
    return Array.from({ length: isTaken ? (parts[at]?.writes ?? 1) : 1 }, () => answer);
  });
  return { ...result, parts: counted };
}

/** Lets fewer edges of a group go at once after a conflict or while Graph sheds load, and more again. */
function adaptGroup({ schedule }: Site, { rows }: Part, status: number): void {
  const group = rows[0]?.row.write.group;
  if (group === undefined) return;
  if (status === 409 || (status === 503 && rows.length > 1)) schedule.conflicted(group);
  else if (status < 400) for (const _ of rows) schedule.answered(group);
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
