import type { SeededPerson, SeededSignIn } from "./local-cloud.ts";
import type { World } from "./world.ts";

/**
 * Adds the registration for people as the deployment makes it (a public client with the redirect
 * http://localhost, app roles for people, assignment required), two people who may decide, one who may
 * submit, and one without a role.
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
  return {
    clientId: application.appId,
    applicationObjectId: application.objectId,
    servicePrincipalId: principal.objectId,
    decider: person("Dana Decider", "Batch.Decide"),
    secondDecider: person("Derek Decider", "Batch.Decide"),
    submitter: person("Sam Submitter", "Batch.Submit"),
    stranger: person("Una Unassigned"),
  };
}
