import type { ObjectId } from "./object-id.ts";

/** A read, as one part of a `$batch` or alone. Relative to the version root (`/users/…`). */
export interface GraphRead {
  readonly method: "GET";
  readonly url: `/${string}`;
  readonly headers?: Readonly<Record<string, string>>;
}

declare const deletable: unique symbol;

/**
 * A URL that may be DELETEd. Only the functions below make one. In particular, none makes
 * `/groups/{id}/members/{id}` or `/groups/{id}/owners/{id}`: without `/$ref` Graph deletes the member itself,
 * not its membership (Graph reference, group-delete-members).
 */
export type DeletableUrl = `/${string}` & { readonly [deletable]: true };

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only place that makes one
const vouch = (url: `/${string}`): DeletableUrl => url as DeletableUrl;

/** The user itself. */
export const userUrl = (user: ObjectId): DeletableUrl => vouch(`/users/${user}`);

/** The group itself. */
export const groupUrl = (group: ObjectId): DeletableUrl => vouch(`/groups/${group}`);

/** The device itself. */
export const deviceUrl = (device: ObjectId): DeletableUrl => vouch(`/devices/${device}`);

/** The membership, not the member. */
export const memberRefUrl = (group: ObjectId, member: ObjectId): DeletableUrl =>
  vouch(`/groups/${group}/members/${member}/$ref`);

/** The link to the user's manager, not the manager. */
export const managerRefUrl = (user: ObjectId): DeletableUrl => vouch(`/users/${user}/manager/$ref`);

/** The sponsorship, not the sponsor. */
export const sponsorRefUrl = (user: ObjectId, sponsor: ObjectId): DeletableUrl =>
  vouch(`/users/${user}/sponsors/${sponsor}/$ref`);

/** The ownership, not the owner. */
export const ownerRefUrl = (group: ObjectId, owner: ObjectId): DeletableUrl =>
  vouch(`/groups/${group}/owners/${owner}/$ref`);

/** A deleted user, for ever. It reaches nothing that is not deleted. */
export const deletedItemUrl = (user: ObjectId): DeletableUrl =>
  vouch(`/directory/deletedItems/${user}`);

/** The membership of an administrative unit, not the member. */
export const unitMemberRefUrl = (unit: ObjectId, member: ObjectId): DeletableUrl =>
  vouch(`/directory/administrativeUnits/${unit}/members/${member}/$ref`);

/** A change, as one part of a `$batch`. A DELETE takes only a `DeletableUrl`, and no body. */
export type GraphWrite =
  | {
      readonly method: "POST" | "PATCH" | "PUT";
      readonly url: `/${string}`;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly method: "DELETE"; readonly url: DeletableUrl };

export type GraphRequest = GraphRead | GraphWrite;

/** What Graph answered to one request, alone or as a part of a `$batch`. */
export interface GraphAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body; `undefined` if there was none (204). */
  readonly body: unknown;
  /** The wait from this answer's `Retry-After`, in either form; absent if there is none. */
  readonly retryAfterMs?: number | undefined;
  /** Graph's `error`, parsed, if the status is 400 or above. */
  readonly error?: GraphError | undefined;
  /** Graph's `request-id` of the post; for a part, `<request-id>/<part id>`. */
  readonly requestId: string;
}

/** The deepest known of Graph's nested codes; `message` is for people and for the few ambiguous codes. */
export interface GraphError {
  readonly code: string;
  readonly message: string;
}

/** A path segment from input: encoded, so that no value can leave its segment or start a query. */
export const segment = (text: string): string => {
  if (text === "" || text === "." || text === "..") throw new TypeError("not a path segment");
  return encodeURIComponent(text);
};

/** A string literal in an OData expression: quotes doubled, then encoded for the query string. */
export const odataString = (text: string): string =>
  encodeURIComponent(`'${text.replaceAll("'", "''")}'`);

/** An OData expression that is true of what has one of these ids. */
export const odataIds = (ids: readonly string[]): string =>
  `id%20in%20(${ids.map(odataString).join(",")})`;
