import type { Call } from "../resources/call.ts";
import type { Entity, Kind, Values } from "../store/entity.ts";
import {
  holds,
  READ_APPLICATIONS,
  READ_BASIC_USERS,
  READ_CONTACTS,
  READ_DEVICES,
  READ_MEMBERS,
  READ_ROLES,
  READ_UNITS,
  type Needs,
} from "./permission.ts";

/** What reads the objects of each kind. */
const READERS: Readonly<Record<Kind, Needs>> = {
  user: READ_BASIC_USERS,
  group: READ_MEMBERS,
  application: READ_APPLICATIONS,
  servicePrincipal: READ_APPLICATIONS,
  administrativeUnit: READ_UNITS,
  device: READ_DEVICES,
  directoryRole: READ_ROLES,
  orgContact: READ_CONTACTS,
};

/**
 * What a relationship shows of an object: of one whose kind the caller may not read only its id and type, every
 * other property is null (permissions-overview, limited information returned for inaccessible member objects).
 * Without the condition they are shown whole.
 */
export const shownInRelationship = (
  { caller, tenant }: Call,
  { kind }: Entity,
  values: Values,
): Values => (!tenant.conditions.limitedInformation || holds(caller, READERS[kind]) ? values : {});
