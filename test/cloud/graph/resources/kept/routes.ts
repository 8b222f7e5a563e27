import { onePolicyRoutes } from "../policies/one-policy.ts";
import { permissionGrantPolicyRoutes } from "../policies/permission-grant-policies.ts";
import type { Route } from "../route.ts";
import { applicationTemplateRoutes } from "./application-templates.ts";
import { domainFederationRoutes } from "./domain-federation.ts";
import { domainRoutes } from "./domains.ts";
import { grantDeltaRoute } from "./grant-changes.ts";
import { groupLifecycleRoutes } from "./group-lifecycle.ts";
import { groupMailRoutes } from "./group-mail.ts";
import { mailboxSettingRoutes } from "./mailbox-settings.ts";
import { openExtensionRoutes } from "./open-extensions.ts";
import { permissionClassificationRoutes } from "./permission-classifications.ts";
import { photoRoutes } from "./photos.ts";
import { keptPolicyRoutes } from "./policies.ts";
import { remoteDesktopRoutes } from "./remote-desktop.ts";
import { schemaExtensionRoutes } from "./schema-extensions.ts";
import { securityAttributeDefinitionRoutes } from "./security-attribute-definitions.ts";
import { syncBehaviorRoutes } from "./sync-behavior.ts";
import { tenantWriteRoutes } from "./tenant-writes.ts";
import { verifiedPublisherRoutes } from "./verified-publisher.ts";

/** Operations on what a tenant keeps beside its directory objects and their edges. */
export const keptRoutes: readonly Route[] = [
  ...applicationTemplateRoutes,
  ...domainFederationRoutes,
  ...domainRoutes,
  ...onePolicyRoutes,
  ...permissionGrantPolicyRoutes,
  grantDeltaRoute,
  ...groupLifecycleRoutes,
  ...groupMailRoutes,
  ...mailboxSettingRoutes,
  ...openExtensionRoutes,
  ...permissionClassificationRoutes,
  ...photoRoutes,
  ...keptPolicyRoutes,
  ...remoteDesktopRoutes,
  ...schemaExtensionRoutes,
  ...securityAttributeDefinitionRoutes,
  ...syncBehaviorRoutes,
  ...tenantWriteRoutes,
  ...verifiedPublisherRoutes,
];
