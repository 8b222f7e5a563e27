import type { Call } from "../resources/call.ts";
import { entityOf } from "../resources/resolve.ts";
import type { Route } from "../resources/route.ts";
import type { RelationName } from "../store/directory.ts";
import type { Entity, Kind } from "../store/entity.ts";
import { directoryRolesOf } from "./person-roles.ts";

/** Who asks for what. */
export interface Asking {
  readonly call: Call;
  /** The person's roles over the whole directory. */
  readonly roles: ReadonlySet<string>;
  readonly isGuest: boolean;
}

/** Whether the person may. Global Administrators always may. */
export type Right = (asking: Asking) => boolean;

export interface Entry {
  readonly methods?: readonly Route["method"][];
  /** Of the route. */
  readonly path: RegExp;
  readonly may: Right;
  /** Global Administrators need one of the roles too. */
  readonly evenAdministrators?: boolean;
}

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Whether a role of the person that covers `target`, by default the whole directory, allows the action. */
export const allowed = ({ call, roles }: Asking, action: string, target?: Entity): boolean =>
  call.tenant.roles.allow(target === undefined ? roles : directoryRolesOf(call, target), action);

/** A role over the whole directory that allows one of the actions: `users/create`. */
export const byAction =
  (...actions: readonly string[]): Right =>
  (asking) =>
    actions.some((action) => allowed(asking, action));

/** The properties that a PATCH changes, without those that were checked before (`demandAttributeRight`). */
export const changedIn = ({ call }: Asking): readonly string[] =>
  Object.keys(call.body).filter(
    (name) => !name.includes("@") && name !== "customSecurityAttributes",
  );

export const member: Right = ({ isGuest }) => !isGuest;

/** The object that a path names; undefined lets the handler say that it does not exist. */
export const named = (
  { call }: Asking,
  kind: Kind,
  ...names: readonly string[]
): Entity | undefined => {
  const key = names.map((name) => call.params[name]).find((value) => value !== undefined);
  return entityOf(call, kind, key ?? "");
};

export const edge = ({ call }: Asking, relation: RelationName, object: Entity): boolean =>
  call.tenant.directory.relations[relation].has(object.id, call.caller.principalId.toLowerCase());

export const isSelf = (asking: Asking): boolean =>
  named(asking, "user", "user", "id")?.id === asking.call.caller.principalId.toLowerCase();

/** A role over the user, also one that was assigned within a unit. */
export const overUser =
  (...actions: readonly string[]): Right =>
  (asking) => {
    const user = named(asking, "user", "user", "id");
    return user === undefined || actions.some((action) => allowed(asking, action, user));
  };
