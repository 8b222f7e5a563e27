import type { GraphAnswer } from "../../core/graph-request.ts";

/**
 * What became of a request for the quota: taken; refused because this quota is exhausted; refused for
 * another reason, such as the load of the service; or not known.
 */
export type PartFate = "taken" | "refused" | "shed" | "unknown";

/** A refusal as the pace needs to know it. */
export interface Refusal {
  /** How much of what was granted was refused. */
  readonly amount: number;
  readonly retryAfterMs?: number | undefined;
  /**
   * When the refused was granted: what left before the last easing does not ease again. Without it,
   * a refusal while held does not.
   */
  readonly grantedAt?: number | undefined;
}

/** A post without an answer, or one that the service could not take for a reason that is not the quota. */
export interface Loss {
  readonly grantedAt: number;
  /** What Graph asked to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** Graph tells the use only above this. */
export const TOLD_ABOVE = 0.8;

/** The answer to a post, as the pace needs to know it. */
export interface PacedAnswer {
  readonly grantedAt: number;
  /** In the order of the requests. */
  readonly parts: readonly PartFate[];
  /** The longest wait that a refused part asked for. */
  readonly retryAfterMs?: number | undefined;
  /** How much of the quota is used, 1 being all, if Graph said so of what counts (see `toldOf`). */
  readonly used?: number | undefined;
}

/** Which quota a post is paced by: writes, or the resource units of reads. */
export type QuotaKind = "Read" | "Write";

/** What became of a post, as a pacer needs to know it; what `Graph.post` resolves to is one. */
export type ReportedPost =
  | { readonly kind: "answered"; readonly parts: readonly (GraphAnswer | undefined)[] }
  | {
      readonly kind: "not-taken";
      readonly status: number;
      readonly retryAfterMs?: number | undefined;
      readonly headers?: GraphAnswer["headers"] | undefined;
    }
  | { readonly kind: "lost"; readonly retryAfterMs?: number | undefined };

/** What the parts of a post say about the quota; `undefined` is a part that the answer left out. */
export function pacedAnswer(
  parts: readonly (GraphAnswer | undefined)[],
  { kind, grantedAt }: { readonly kind: QuotaKind; readonly grantedAt: number },
): PacedAnswer {
  const fates = parts.map((part) => fateOf(part, kind));
  const waits = parts.flatMap((part, at) =>
    fates[at] === "refused" || fates[at] === "shed" ? (part?.retryAfterMs ?? []) : [],
  );
  return {
    grantedAt,
    parts: fates,
    retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits),
    used: toldOf(parts, fates),
  };
}

/** Fewer refused parts alone say nothing about the quota: they may be strays (refusals.ts). */
const ENOUGH_REFUSED = 2;

/**
 * How much of the quota is used by the parts that were taken. A refused part tells of whatever refused it,
 * which need not be the quota: it counts only if the post has no other, and several of it.
 */
function toldOf(
  parts: readonly (GraphAnswer | undefined)[],
  fates: readonly PartFate[],
): number | undefined {
  const saidBy = (fate: PartFate): number | undefined => {
    const told = parts.flatMap((part, at) => (part && fates[at] === fate && usedOf(part)) || []);
    return told.length === 0 ? undefined : Math.max(...told);
  };
  if (fates.includes("taken")) return saidBy("taken");
  const refused = fates.filter((fate) => fate === "refused").length;
  return refused >= ENOUGH_REFUSED ? saidBy("refused") : undefined;
}

function fateOf(part: GraphAnswer | undefined, kind: QuotaKind): PartFate {
  if (!part) return "unknown";
  if (part.status === 429) return isAbout(part, kind) ? "refused" : "shed";
  if (part.status === 503) return "shed";
  return part.status >= 500 ? "unknown" : "taken";
}

/**
 * Whether a 429 is about the quota: it is unless Graph says otherwise, in x-ms-throttle-scope
 * (`Tenant_Application/Write/…`) or in x-ms-throttle-information (`CPULimitExceeded`).
 */
export function isAbout(
  { headers = {} }: { readonly headers?: GraphAnswer["headers"] | undefined },
  kind: QuotaKind,
): boolean {
  const scope = headers["x-ms-throttle-scope"]?.split("/")[1];
  if (scope !== undefined && !scope.includes(kind)) return false;
  const information = headers["x-ms-throttle-information"];
  return information === undefined || information.startsWith(LIMITS[kind]);
}

const LIMITS = { Read: "ResourceUnitLimit", Write: "WriteLimit" } as const;

/** What x-ms-throttle-limit-percentage says: 0.8 and above, 1 being the whole quota. */
function usedOf({ headers }: GraphAnswer): number | undefined {
  const text = headers["x-ms-throttle-limit-percentage"];
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
