import { graphResourceAppId } from "./entra/well-known.ts";
import type { SeededPerson, SeededSignIn } from "./local-cloud.ts";
import type { World } from "./world.ts";

/**
 * Adds the registration for people as the deployment makes it (a public client with the redirect
 * http://localhost, app roles for people, assignment required), two people who may decide, one who may
 * submit, one without a role, and a Global Administrator; and a public client for tools, with consent for all.
 */
export function seedSignIn(world: World, tenantId: string, guid: () => string): SeededSignIn {
  const { registry, graph } = world;
  const application = registry.addApplication({
    tenantId,
    displayName: "Directory Batch decisions",
    appId: guid(),
    objectId: guid(),
    appRoles: ["Batch.Decide", "Batch.Submit"],
    appRolesFor: ["User"],
    redirectUris: { public: ["http://localhost"] },
  });
  const principal = registry.addServicePrincipal(tenantId, application.appId, {
    objectId: guid(),
    assignmentRequired: true,
  });
  const person = (displayName: string, role?: string): SeededPerson => {
    const mailNickname = displayName.toLowerCase().replace(" ", ".");
    const userPrincipalName = `${mailNickname}@contoso.com`;
    const { id } = graph.control("create", {
      tenant: tenantId,
      kind: "user",
      id: guid(),
      values: {
        accountEnabled: true,
        displayName,
        mailNickname,
        userPrincipalName,
        userType: "Member",
      },
    });
    const wanted = application.appRoles.find(({ value }) => value === role);
    if (wanted !== undefined)
      graph.control("assign", {
        tenant: tenantId,
        principal: id,
        resource: principal.objectId,
        role: wanted.id,
      });
    return { id, userPrincipalName };
  };
  const seeded = {
    clientId: application.appId,
    applicationObjectId: application.objectId,
    servicePrincipalId: principal.objectId,
    decider: person("Dana Decider", "Batch.Decide"),
    secondDecider: person("Derek Decider", "Batch.Decide"),
    submitter: person("Sam Submitter", "Batch.Submit"),
    stranger: person("Una Unassigned"),
    administrator: person("Gail Global"),
  };
  graph.control("addRole", {
    tenant: tenantId,
    principal: seeded.administrator.id,
    role: "Global Administrator",
  });
  return { ...seeded, toolsClientId: seedToolsForPeople(world, tenantId, guid) };
}

/** A public client with every delegated permission, as an administrator consents to it for all users. */
function seedToolsForPeople(
  { registry, state }: World,
  tenantId: string,
  guid: () => string,
): string {
  const { appId } = registry.addApplication({
    tenantId,
    displayName: "Tools for people",
    appId: guid(),
    objectId: guid(),
    publicClient: true,
    redirectUris: { public: ["http://localhost"] },
  });
  const { objectId } = registry.addServicePrincipal(tenantId, appId, { objectId: guid() });
  const graph = registry.resource(tenantId, graphResourceAppId);
  if (graph !== undefined)
    state.people.consentForAll(
      { tenantId, clientId: objectId, resourceId: graph.principal.objectId },
      graph.application.delegatedScopes.map(({ value }) => value),
    );
  return appId;
}
