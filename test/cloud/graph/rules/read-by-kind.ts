import type { Kind } from "../store/entity.ts";
import {
  READ_APPLICATIONS,
  READ_DEVICES,
  READ_GROUPS,
  READ_ROLES,
  READ_UNITS,
  READ_USERS,
  type Needs,
} from "./permission.ts";

/** What reading each kind of object needs, deleted ones too (directoryobject-delta, directory-deleteditems-get). */
export const READ_BY_KIND: Readonly<Record<Kind, Needs>> = {
  user: READ_USERS,
  group: READ_GROUPS,
  application: READ_APPLICATIONS,
  servicePrincipal: READ_APPLICATIONS,
  administrativeUnit: READ_UNITS,
  device: READ_DEVICES,
  directoryRole: READ_ROLES,
  orgContact: ["OrgContact.Read.All", "Directory.Read.All"],
};
