import { actionRoutes } from "./actions.ts";
import { administrativeUnitRoutes } from "./administrative-units.ts";
import { appRoleAssignmentRoutes } from "./app-role-assignments.ts";
import { applicationKeyRoutes } from "./application-keys.ts";
import { applicationOwnerRoutes } from "./application-owners.ts";
import { applicationRoutes } from "./applications.ts";
import { auditLogRoutes } from "./audit-logs.ts";
import { deletedItemRoutes } from "./deleted-items.ts";
import { deltaRoutes } from "./delta.ts";
import { deviceRoutes } from "./devices.ts";
import { directoryObjectDeltaRoute } from "./directory-objects-delta.ts";
import { directoryObjectRoutes } from "./directory-objects.ts";
import { directoryRoleRoutes } from "./directory-roles.ts";
import { extensionPropertyRoutes } from "./extension-properties.ts";
import { federatedCredentialRoutes } from "./federated-credentials.ts";
import { groupSettingTemplateRoutes } from "./group-setting-templates.ts";
import { groupSettingRoutes } from "./group-settings.ts";
import { groupRoutes } from "./groups.ts";
import { invitationRoutes } from "./invitations.ts";
import { keptRoutes } from "./kept/routes.ts";
import { licenseRoutes } from "./licenses.ts";
import { memberOfRoutes } from "./member-of.ts";
import { memberRoutes } from "./members.ts";
import { orgContactRoutes } from "./org-contacts.ts";
import { organizationRoutes } from "./organization.ts";
import { ownerRoutes } from "./owners.ts";
import { permissionGrantRoutes } from "./permission-grants.ts";
import { propertyRoutes } from "./property-routes.ts";
import { relationshipRoutes } from "./relationships.ts";
import { roleAssignmentRoutes } from "./role-assignments.ts";
import { roleDefinitionRoutes } from "./role-definitions.ts";
import { roleScheduleRoutes } from "./role-schedules.ts";
import type { Route } from "./route.ts";
import { scopedRoleMemberRoutes } from "./scoped-role-members.ts";
import { servicePrincipalRoutes } from "./service-principals.ts";
import { userRelationRoutes } from "./user-relations.ts";
import { userRoutes } from "./users.ts";

const NAMED: readonly Route[] = [
  ...userRoutes,
  ...userRelationRoutes,
  ...licenseRoutes,
  ...groupRoutes,
  ...memberRoutes,
  ...ownerRoutes,
  ...memberOfRoutes,
  ...directoryObjectRoutes,
  ...deletedItemRoutes,
  ...invitationRoutes,
  ...organizationRoutes,
  ...administrativeUnitRoutes,
  ...applicationRoutes,
  ...applicationKeyRoutes,
  ...applicationOwnerRoutes,
  ...federatedCredentialRoutes,
  ...servicePrincipalRoutes,
  ...appRoleAssignmentRoutes,
  ...deviceRoutes,
  ...directoryRoleRoutes,
  ...auditLogRoutes,
  ...groupSettingTemplateRoutes,
  ...groupSettingRoutes,
  ...orgContactRoutes,
  ...roleAssignmentRoutes,
  ...roleDefinitionRoutes,
  ...roleScheduleRoutes,
  ...deltaRoutes,
  directoryObjectDeltaRoute,
  ...permissionGrantRoutes,
  ...extensionPropertyRoutes,
  ...scopedRoleMemberRoutes,
  ...actionRoutes,
  ...keptRoutes,
];

/** Every operation that is emulated. */
export const ROUTES: readonly Route[] = [
  ...NAMED,
  ...relationshipRoutes(NAMED),
  ...propertyRoutes(NAMED),
];
