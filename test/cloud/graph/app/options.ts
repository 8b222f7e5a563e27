import type { Clock } from "../../../../shared/core/clock.ts";
import type { Registry } from "../../entra/registry.ts";
import type { TokenVerdict } from "../../entra/verify-token.ts";
import type { Conditions } from "../faults/conditions.ts";
import type { Quotas } from "../meters/meters.ts";

/** The caller, as a verified token names it. */
export interface Caller {
  readonly tenantId: string;
  readonly appId: string;
  /** The object id of the application's service principal in the tenant, or of the person. */
  readonly principalId: string;
  /** Application permissions; none on behalf of a person. */
  readonly roles: readonly string[];
  /** Delegated permissions, on behalf of a person. */
  readonly scopes?: readonly string[];
}

/** One request and its answer as sent over the wire; a `$batch` is one exchange. */
export interface Exchange {
  readonly tenant: string | undefined;
  readonly method: string;
  /** Path and query, version included: `/v1.0/users?$top=5`. */
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** A fault made this answer, so it need not match Graph's description. */
  readonly faulty: boolean;
}

export interface GraphAppOptions {
  readonly seed: number;
  /** Multiplies rates and divides delays. */
  readonly speed: number;
  /** Verifies `Authorization: Bearer …` for Graph's audience. */
  readonly verifyToken: (authorization: string | undefined) => TokenVerdict;
  /** Tenants, applications and service principals: shared with the token endpoint. */
  readonly registry: Registry;
  readonly clock?: Clock;
  /** `off`, or the differences from the published quotas; `startLevel` 0 starts every bucket empty. */
  readonly meters?: "off" | { readonly quotas?: Partial<Quotas>; readonly startLevel?: number };
  readonly conditions?: Partial<Conditions>;
  /** Receives every exchange, for contract tests; uses memory only if it keeps them. */
  readonly observe?: (exchange: Exchange) => void;
  /** How many of the last exchanges the control command `journal` returns; none by default. */
  readonly journal?: number;
}
