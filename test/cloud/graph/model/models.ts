import type { Kind } from "../store/entity.ts";
import { administrativeUnitModel } from "./administrative-unit.ts";
import { applicationModel } from "./application.ts";
import { deviceModel, orgContactModel } from "./device.ts";
import { directoryRoleModel } from "./directory-role.ts";
import { groupModel } from "./group.ts";
import type { Model } from "./property.ts";
import { servicePrincipalModel } from "./service-principal.ts";
import { userModel } from "./user.ts";

/** The properties of each kind. */
export const MODELS: Readonly<Record<Kind, Model>> = {
  user: userModel,
  group: groupModel,
  application: applicationModel,
  servicePrincipal: servicePrincipalModel,
  administrativeUnit: administrativeUnitModel,
  device: deviceModel,
  directoryRole: directoryRoleModel,
  orgContact: orgContactModel,
};

/** The kind's collection, as `@odata.context` names it. */
export const SETS: Readonly<Record<Kind, string>> = {
  user: "users",
  group: "groups",
  application: "applications",
  servicePrincipal: "servicePrincipals",
  administrativeUnit: "directory/administrativeUnits",
  device: "devices",
  directoryRole: "directoryRoles",
  orgContact: "contacts",
};
