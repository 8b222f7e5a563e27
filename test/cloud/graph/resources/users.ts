import type { Answer } from "../http/answer.ts";
import { noContent, ok } from "../http/answer.ts";
import { badRequest, GraphError } from "../http/graph-error.ts";
import { BASIC_USER_PROPERTIES } from "../model/user.ts";
import { expander } from "../odata/expand.ts";
import { countAnswer, listAnswer, type Collection } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { kindSource } from "../odata/source.ts";
import { CREATE_USERS, DELETE_USERS, holds, READ_USERS } from "../rules/permission.ts";
import { demandPowerOver, demandUnrestricted, SENSITIVE } from "../rules/privilege.ts";
import { demandUserRead, demandUserUpdate } from "../rules/user-permissions.ts";
import { checkPassword, checkUserValues, onPremisesMastered } from "../rules/user-values.ts";
import { checkedValues, demandValues } from "../rules/values.ts";
import type { Entity, Values } from "../store/entity.ts";
import { isGuid } from "../store/ids.ts";
import { prefers, type Call } from "./call.ts";
import { referenced, resolve } from "./resolve.ts";
import type { Route } from "./route.ts";
import { softDeleteUser } from "./soft-delete.ts";

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
 * Users as a collection. With signInActivity a page holds at most 500, more is an error, and its
 * filter stands alone (resources/signinactivity, user-list).
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

/** One user as shown to this caller: without more than User.ReadBasic.All, the basic profile only. */
function shownUser(call: Call, entity: Entity, values: Values): Record<string, unknown> {
  const names = selected("user", call.query.select);
  const basic = !holds(call.caller, READ_USERS);
  const visible = basic
    ? Object.fromEntries(Object.entries(values).filter(([name]) => BASIC_USER_PROPERTIES.has(name)))
    : values;
  return expander(call, "user")(entity, render(entity, visible, names, false));
}

function get(call: Call): Answer {
  const key = call.params["user"] ?? "";
  if (asksActivity(call) && !isGuid(key)) {
    throw new GraphError(
      400,
      "BadRequest",
      "Get By Key only supports UserId and the key has to be a valid Guid",
    );
  }
  const { entity, values } = resolve(call, "user", key);
  return ok({
    "@odata.context": contextOf(call.root, "users", call.query.select, true),
    ...shownUser(call, entity, values),
  });
}

const BINDINGS = new Set(["manager@odata.bind", "sponsors@odata.bind"]);

function create(call: Call): Answer {
  const { tenant, body } = call;
  const unknown = Object.keys(body).find(
    (name) => name.includes("@odata.bind") && !BINDINGS.has(name),
  );
  if (unknown) throw badRequest(`Invalid property '${unknown}'.`);
  demandValues("user", body, [
    "accountEnabled",
    "displayName",
    "mailNickname",
    "passwordProfile",
    "userPrincipalName",
  ]);
  const values = checkedValues("user", body, "create");
  const profile = values["passwordProfile"] as Values;
  if (profile["password"] === undefined) demandValues("user", profile, ["password"]);
  checkUserValues(call, values);
  checkPassword(profile, values["passwordPolicies"]);
  const manager = body["manager@odata.bind"];
  const boss = manager === undefined ? undefined : referenced(call, manager);
  const now = tenant.nowText();
  const { passwordProfile: _kept, ...stored } = values;
  const mail = typeof stored["mail"] === "string" ? stored["mail"] : undefined;
  const entity = tenant.directory.create("user", {
    createdDateTime: now,
    userType: "Member",
    lastPasswordChangeDateTime: now,
    signInSessionsValidFromDateTime: now,
    ...(mail && { proxyAddresses: [`SMTP:${mail}`] }),
    identities: [
      {
        signInType: "userPrincipalName",
        issuer: tenant.defaultDomain,
        issuerAssignedId: stored["userPrincipalName"],
      },
    ],
    ...stored,
  });
  if (boss) tenant.directory.link("manager", entity, boss.id);
  return {
    status: 201,
    headers: {
      Location: `${call.root.replace(/\/v1\.0$/, "")}/v2/${tenant.id}/directoryObjects/${entity.id}/Microsoft.DirectoryServices.User`,
    },
    body: {
      "@odata.context": contextOf(call.root, "users", undefined, true),
      ...render(entity, entity.values, selected("user", undefined), false),
    },
  };
}

function update(call: Call): Answer {
  const { entity } = resolve(call, "user", call.params["user"] ?? "");
  const values = checkedValues("user", call.body, "update");
  const names = Object.keys(values);
  demandUnrestricted(entity);
  if (names.some((name) => SENSITIVE.has(name))) demandPowerOver(call, entity);
  checkUserValues(call, values, entity);
  checkPassword(values["passwordProfile"], values["passwordPolicies"]);
  const { passwordProfile, ...stored } = values;
  const now = call.tenant.nowText();
  call.tenant.directory.update(entity, {
    ...stored,
    ...(passwordProfile !== undefined && { lastPasswordChangeDateTime: now }),
    ...(stored["accountEnabled"] === false && { signInSessionsValidFromDateTime: now }),
  });
  if (!prefers(call, "return=representation")) return noContent;
  return ok({
    "@odata.context": contextOf(call.root, "users", undefined, true),
    ...render(entity, entity.values, selected("user", undefined), false),
  });
}

function remove(call: Call): Answer {
  const { entity } = resolve(call, "user", call.params["user"] ?? "");
  demandUnrestricted(entity);
  demandPowerOver(call, entity);
  if (entity.values["onPremisesSyncEnabled"] === true) throw onPremisesMastered();
  softDeleteUser(call.tenant, entity);
  return noContent;
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
  { method: "POST", path: "/users", needs: CREATE_USERS, body: "required", handle: create },
  {
    method: "PATCH",
    path: "/users/:user",
    needs: demandUserUpdate,
    body: "required",
    touches: touchesUser,
    handle: update,
  },
  {
    method: "DELETE",
    path: "/users/:user",
    needs: DELETE_USERS,
    touches: touchesUser,
    handle: remove,
  },
];
