import type { Kind } from "../store/entity.ts";
import { groupModel } from "./group.ts";
import type { Model } from "./property.ts";
import { userModel } from "./user.ts";

/** The properties of each kind. */
export const MODELS: Readonly<Record<Kind, Model>> = {
  user: userModel,
  group: groupModel,
  application: {},
  servicePrincipal: {},
  administrativeUnit: {},
  device: {},
  orgContact: {},
};

/** The collection a kind is addressed by, as `@odata.context` names it. */
export const SETS: Readonly<Record<Kind, string>> = {
  user: "users",
  group: "groups",
  application: "applications",
  servicePrincipal: "servicePrincipals",
  administrativeUnit: "directory/administrativeUnits",
  device: "devices",
  orgContact: "contacts",
};
