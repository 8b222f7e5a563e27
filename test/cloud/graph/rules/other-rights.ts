import { owned } from "./application-rights.ts";
import { allowed, changedIn, edge, named, textOf, type Asking, type Right } from "./asking.ts";
import { invitersOf } from "./authorization-policy.ts";
import { mayByRole, ofGroup } from "./group-rights.ts";

/** What a role needs to list deleted objects: those who may restore some of them (directory-deleteditems-list). */
export const RESTORES = [
  "deletedItems.users/restore",
  "deletedItems.groups/restore",
  "deletedItems.applications/restore",
  "administrativeUnits/restore",
];

/**
 * To restore what was deleted, or to delete it for good. Users for good: User Administrators
 * (directory-deleteditems-delete), whose table of actions lacks it; groups and applications come back by
 * their owners too (users-default-permissions, groups-concept).
 */
export const ofDeleted: Right = (asking) => {
  const { call, roles } = asking;
  const object = call.tenant.directory.get(call.params["object"] ?? "");
  if (object === undefined) return true;
  const isPurge = call.method === "DELETE";
  const what = isPurge ? "delete" : "restore";
  const isOwner = !isPurge && edge(asking, "owners", object);
  switch (object.kind) {
    case "user":
      return isPurge ? roles.has("User Administrator") : allowed(asking, "users/restore", object);
    case "group":
      if (isOwner) return true;
      if (object.values["isAssignableToRole"] === true || !isPurge)
        return mayByRole(asking, what, object.values, object);
      return allowed(asking, "deletedItems.groups/delete");
    case "application":
    case "servicePrincipal":
      return isOwner || allowed(asking, `deletedItems.applications/${what}`);
    case "device":
      return allowed(asking, `deletedItems.devices/${what}`);
    case "administrativeUnit":
    case "directoryRole":
    case "orgContact":
    default:
      return allowed(asking, "administrativeUnits/restore");
  }
};

/** The actions that a change of a device needs (permissions-reference). */
function actionsOnDevice(asking: Asking): readonly string[] {
  const { method, body, params, segments } = asking.call;
  const relation = segments[2];
  if (relation === "registeredOwners" || relation === "registeredUsers")
    return [`${relation}/update`];
  if (params["extension"] !== undefined || method === "POST") return ["basic/update"];
  if (method === "DELETE") return ["delete"];
  return changedIn(asking).map((name) => {
    if (name === "accountEnabled") return body[name] === false ? "disable" : "enable";
    return name === "extensionAttributes" ? "extensionAttributeSet1/update" : "basic/update";
  });
}

/** By role; the owners of a device may disable it (users-default-permissions, owned devices). */
export const ofDevice: Right = (asking) => {
  const device = named(asking, "device", "id", "device");
  const isOwner = device !== undefined && edge(asking, "registeredOwners", device);
  return actionsOnDevice(asking).every(
    (what) => (isOwner && what === "disable") || allowed(asking, `devices/${what}`, device),
  );
};

/** As through the collection of its kind. */
export const deleteObject: Right = (asking) => {
  const object = asking.call.tenant.directory.get(asking.call.params["id"] ?? "");
  switch (object?.kind) {
    case undefined:
      return true;
    case "user":
      return allowed(asking, "users/delete", object);
    case "group":
      return ofGroup("delete")(asking);
    case "device":
      return ofDevice(asking);
    case "application":
    case "servicePrincipal":
      return owned(object.kind, "delete", "id")(asking);
    case "administrativeUnit":
    case "directoryRole":
    case "orgContact":
    default:
      return allowed(asking, "administrativeUnits/delete");
  }
};

/** The pages name more roles than have the actions (groupsetting-update, groupsetting-delete). */
export const tenantSettings = ({ call, roles }: Asking): boolean => {
  const manages = ["Groups Administrator", "Directory Writers"];
  const updates = call.method === "PATCH" ? ["User Administrator"] : [];
  return [...manages, ...updates].some((role) => roles.has(role));
};

/** Everybody invites guests, unless the tenant's policy names fewer (authorizationpolicy-update, allowInvitesFrom). */
export const invite: Right = (asking) => {
  const inviters = invitersOf(asking.call);
  if (inviters === "none") return false;
  if (inviters === "everyone" || allowed(asking, "users/inviteGuest")) return true;
  return inviters === "adminsGuestInvitersAndAllMembers" && !asking.isGuest;
};

/** Anybody asks for a role that they are eligible for. */
export const requestRole: Right = (asking) =>
  /^self/i.test(textOf(asking.call.body["action"])) ||
  allowed(asking, "roleAssignments/allProperties/update");
