import type { Caller } from "../app/options.ts";
import type { Tenant } from "../app/tenant.ts";
import type { Query } from "../odata/query.ts";
import type { Values } from "../store/entity.ts";

/** One operation as a resource's handler receives it. */
export interface Call {
  readonly tenant: Tenant;
  readonly caller: Caller;
  readonly method: string;
  /** Decoded path segments below the version. */
  readonly segments: readonly string[];
  /** The values of the route's `:names`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body; an object if the route requires one. */
  readonly body: Values;
  /** Whether the caller sent a body at all. */
  readonly hasBody: boolean;
  /** The body of a stream (a photo) as it was sent. */
  readonly bytes?: Buffer;
  /** Path and query below the version as the caller sent them: `/users?$top=5`. */
  readonly target: string;
  /** `https://graph.microsoft.com/v1.0` as the caller addressed it. */
  readonly root: string;
}

/** `ConsistencyLevel: eventual` was sent. */
export const isEventual = (call: Call): boolean =>
  call.headers["consistencylevel"]?.toLowerCase() === "eventual";

/** Both advanced query parameters were sent. */
export const isAdvanced = (call: Call): boolean => isEventual(call) && call.query.count;

/** The values of `Prefer`, e.g. `return=minimal`. */
export const prefers = (call: Call, wish: string): boolean =>
  (call.headers["prefer"] ?? "")
    .split(/[,;]/)
    .some((part) => part.trim().toLowerCase() === wish.toLowerCase());
