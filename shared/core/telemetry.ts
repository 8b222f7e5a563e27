/**
 * The events that alerts and the workbook read (docs/operations.md). They may hold object ids,
 * but never names or payload values.
 */
export type TelemetryEvent =
  | { event: "batch.accepted"; batch: string; tenant: string; rows: number; mode: string }
  | { event: "batch.refused"; batch: string; code: string; row?: number; column?: string }
  | {
      event: "batch.held";
      batch: string;
      tenant: string;
      guard: string;
      count: number;
      limit: number;
      setting: string;
    }
  | { event: "batch.stalled"; batch: string; tenant: string; minutes: number }
  | { event: "batch.paused"; batch: string; tenant: string; by: string; reason: string }
  | { event: "batch.stopped"; batch: string; tenant: string; code: string }
  | {
      event: "batch.finished";
      batch: string;
      tenant: string;
      state: "finished" | "cancelled";
      rows: number;
      verdicts: Record<string, number>;
      seconds: number;
      /** What the batch's seal says over all its blobs, and whether the vault's key signed it. */
      root?: string;
      isSigned?: boolean;
    }
  | {
      event: "decision.applied";
      decisionId: string;
      decision: string;
      tenant: string;
      batch?: string;
      by: string;
    }
  | {
      event: "decision.waiting";
      decisionId: string;
      decision: string;
      tenant: string;
      batch?: string;
      by: string;
    }
  | {
      event: "decision.ignored";
      reason: string;
      decisionId?: string;
      decision?: string;
      tenant?: string;
      batch?: string;
      by?: string;
    }
  | {
      event: "slice.finished";
      tenant: string;
      rows: number;
      writes: number;
      quotaShare: number;
      throttled: number;
      seconds: number;
    }
  | {
      event: "graph.throttled";
      tenant: string;
      scope: "part" | "batch";
      /** Throttled parts of one answer; absent if the whole answer was throttled. */
      parts?: number;
      retryAfterMs: number;
      throttleScope?: string;
    }
  | {
      event: "token.acquired";
      tenant: string;
      resource: string;
      reason: "cold" | "refresh" | "rejected" | "claims" | "forced";
      expiresInSeconds: number;
      thumbprint?: string;
      /** The certificate that this instance signed in with before, if it was another. */
      rolledFrom?: string;
    }
  | {
      event: "token.failed";
      tenant: string;
      resource: string;
      code: string;
      aadsts?: string;
      heldTokenServed: boolean;
    }
  | { event: "certificate.expiring"; name: string; thumbprint: string; days: number }
  | { event: "certificate.rolled"; name: string; thumbprint: string; keyId?: string }
  | { event: "certificate.unregistered"; name: string; thumbprint: string }
  | { event: "certificate.unserved"; name: string; keyId: string; thumbprint: string; days: number }
  | { event: "certificate.unusable"; name: string; code: string }
  | { event: "consent.missing"; tenant: string; lacking: string }
  | { event: "vault.refused"; code: string; status: number }
  | { event: "policy.failed"; policy: string; code: string }
  | { event: "poison.settled"; queue: string; batch?: string; code: string }
  | { event: "runner.heartbeat"; tenants: number; rung: number; inboxFiles: number };

/** Writes one event as one structured line. */
export type Emit = (event: TelemetryEvent) => void;
