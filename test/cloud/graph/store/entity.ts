/** The kinds of stored directory object, named as Graph's types. */
export type Kind =
  | "user"
  | "group"
  | "application"
  | "servicePrincipal"
  | "administrativeUnit"
  | "device"
  | "directoryRole"
  | "orgContact";

/** Property values as Graph shows them; an absent one has its default (null, or no entries). */
export type Values = Readonly<Record<string, unknown>>;

/** Whether a value of JSON is an object, and no list. */
export const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a lagging replica still shows until `untilMs` (monotonic). */
interface Version {
  readonly untilMs: number;
  readonly values: Values;
  readonly state: State;
}

/** `live`; `deleted`: in deletedItems for 30 days; `absent`: does not exist (yet). */
export type State = "live" | "deleted" | "absent";

/** One directory object. A change replaces `values` as a whole and never mutates it. */
export interface Entity {
  readonly id: string;
  readonly kind: Kind;
  values: Values;
  state: State;
  /** Its position in its kind's listing. */
  place: number;
  /** When it was soft-deleted, directory time in milliseconds; 0 while live. */
  deletedMs: number;
  /** Older versions, oldest first, that lagging replicas still show. */
  past: Version[] | undefined;
}

/** The `@odata.type` of a kind. */
export const odataTypeOf = (kind: Kind): string => `#microsoft.graph.${kind}`;

/** The kind's name in Graph's error texts: `User`, `ServicePrincipal`. */
export const resourceNameOf = (kind: Kind): string => kind.charAt(0).toUpperCase() + kind.slice(1);
