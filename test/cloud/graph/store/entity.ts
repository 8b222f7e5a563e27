/** The kinds of directory object that are kept; named as Graph's types. */
export type Kind =
  | "user"
  | "group"
  | "application"
  | "servicePrincipal"
  | "administrativeUnit"
  | "device"
  | "orgContact";

/** Property values as Graph shows them; one that is absent has its default (null, or no entries). */
export type Values = Readonly<Record<string, unknown>>;

/** What a replica that has not caught up still shows, until `untilMs` (monotonic). */
interface Version {
  readonly untilMs: number;
  readonly values: Values;
  readonly state: State;
}

/** `live`; `deleted`: in deletedItems for 30 days; `absent`: not there (yet). */
export type State = "live" | "deleted" | "absent";

/** One directory object. `values` is replaced as a whole by a change, never written into. */
export interface Entity {
  readonly id: string;
  readonly kind: Kind;
  values: Values;
  state: State;
  /** Where it stands in its kind's listing. */
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
