import type { Answer } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { BASIC_USER_PROPERTIES } from "../model/user.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { CREATE_USERS, DELETE_USERS, holds, READ_USERS } from "../rules/permission.ts";
import { demandUserRead, demandUserUpdate } from "../rules/user-permissions.ts";
import type { Entity, Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { directoryNames, elsewhereOf } from "./kept/profile.ts";
import { resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { createUser, removeUser, updateUser } from "./user-writes.ts";

const INDEXED = new Set([
  "id",
  "userPrincipalName",
  "mail",
  "mailNickname",
  "employeeId",
  "displayName",
  "onPremisesImmutableId",
]);

const asksActivity = (call: Call): boolean =>
  (call.query.select ?? []).some((name) => name.toLowerCase().startsWith("signinactivity")) ||
  /signInActivity/i.test(call.query.filter ?? "");

/**
 * Users as a collection. With signInActivity a page holds at most 500 (a larger `$top` is an error), and
 * a filter on it cannot be combined with others (resources/signinactivity, user-list).
 */
function users(call: Call): Collection {
  const { directory } = call.tenant;
  const activity = asksActivity(call);
  if (activity) {
    if ((call.query.top ?? 0) > 500) {
      throw new GraphError(
        400,
        "BadRequest",
        "Cannot query data for more than 500 users at a time.",
      );
    }
    if (
      /signInActivity/i.test(call.query.filter ?? "") &&
      /\b(and|or)\b/i.test(call.query.filter ?? "")
    ) {
      throw badRequest("Filter not supported.");
    }
  }
  return {
    type: "user",
    set: "users",
    typed: false,
    source: kindSource(directory, "user"),
    maxSize: activity ? 500 : 999,
    lookUp: (property, value) => {
      if (!INDEXED.has(property)) return undefined;
      if (property !== "id") return directory.find("user", property, value);
      const found = directory.get(value);
      return found?.kind === "user" && found.state === "live" ? [found] : [];
    },
  };
}

/** One user as shown to this caller: with only User.ReadBasic.All, the basic profile. */
function shownUser(call: Call, entity: Entity, values: Values): Record<string, unknown> {
  const names = selected("user", directoryNames("user", call.query.select));
  const basic = !holds(call.caller, READ_USERS);
  const visible = basic
    ? Object.fromEntries(Object.entries(values).filter(([name]) => BASIC_USER_PROPERTIES.has(name)))
    : values;
  return expander(call, "user")(entity, {
    ...render(entity, visible, names, false),
    ...elsewhereOf(call, "user", entity.id),
  });
}

function get(call: Call): Answer {
  const key = call.params["user"] ?? "";
  if (asksActivity(call) && !isGuid(key) && !call.tenant.conditions.activityByName) {
    throw new GraphError(
      400,
      "BadRequest",
      "Get By Key only supports UserId and the key has to be a valid Guid",
    );
  }
  const { entity, values } = resolve(call, "user", key);
  return ok({
    "@odata.context": contextOf(call.root, "users", call.query.select, true, call.query.expand),
    ...shownUser(call, entity, values),
  });
}

const touchesUser: Route["touches"] = (call) => {
  const key = call.params["user"] ?? "";
  const id = isGuid(key)
    ? key.toLowerCase()
    : call.tenant.directory.find("user", "userPrincipalName", key)[0]?.id;
  return id === undefined ? {} : { objects: [id] };
};

export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/users",
    needs: demandUserRead,
    resourceUnits: 2,
    handle: (call) => listAnswer(call, users(call)),
  },
  {
    method: "GET",
    path: "/users/$count",
    needs: demandUserRead,
    handle: (call) => countAnswer(call, users(call)),
  },
  { method: "GET", path: "/users/:user", needs: demandUserRead, handle: get },
  { method: "POST", path: "/users", needs: CREATE_USERS, body: "required", handle: createUser },
  {
    method: "PATCH",
    path: "/users/:user",
    needs: demandUserUpdate,
    body: "required",
    touches: touchesUser,
    handle: updateUser,
  },
  {
    method: "DELETE",
    path: "/users/:user",
    needs: DELETE_USERS,
    touches: touchesUser,
    handle: removeUser,
  },
];
