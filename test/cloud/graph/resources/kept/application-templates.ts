import { syncRegistry } from "../../applications/registry-link.ts";
import { withWholeObjects } from "../../applications/shape.ts";
import type { Answer } from "../../http/answer.ts";
import { notFound } from "../../http/graph-error.ts";
import { render, selected } from "../../odata/render.ts";
import { WRITE_APPLICATIONS, type Needs } from "../../rules/permission.ts";
import { demandRoom } from "../../rules/quota.ts";
import type { Entity, Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { resolve } from "../resolve.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";
import { checkedBody, isText } from "./body.ts";
import { shownEntry } from "./shelf-routes.ts";

const SET = "applicationTemplates";

/** A template as it is shown, and what its applications begin with. */
interface Template {
  readonly shown: Values;
  readonly replyUrls: readonly string[];
}

const template = (
  id: string,
  displayName: string,
  modes: readonly string[],
  about: {
    readonly categories: readonly string[];
    readonly description: string;
    readonly homePageUrl: string;
    /** Where its applications have their answers sent. */
    readonly replyUrls?: readonly string[];
  },
): Template => ({
  replyUrls: about.replyUrls ?? [],
  shown: {
    id,
    displayName,
    homePageUrl: about.homePageUrl,
    supportedSingleSignOnModes: modes,
    supportedProvisioningTypes: [],
    logoUrl: null,
    categories: about.categories,
    publisher: "Microsoft",
    description: about.description,
  },
});

/** Of the gallery, the template of any application that it lacks, and two of it (applicationtemplate-instantiate). */
const TEMPLATES: readonly Template[] = [
  template("8adf8e6e-67b2-4cf2-a259-e3dc5476c621", "Custom", ["password", "saml", "external"], {
    categories: ["Custom"],
    description: "An application that is not in the gallery.",
    homePageUrl: "https://account.activedirectory.windowsazure.com:444/applications/default.aspx",
  }),
  template("de92ca39-7b85-4b4c-90d8-2885eff5100b", "LinkedIn Lookup", ["password"], {
    categories: ["contentSharing", "humanResources"],
    description: "Finds colleagues.",
    homePageUrl: "https://www.linkedin.com/lookup",
  }),
  template("229946b9-a9fb-45b8-9531-efa47453ac9e", "Azure AD SAML Toolkit", ["saml"], {
    categories: ["developerServices"],
    description: "For tests of single sign-on by SAML.",
    homePageUrl:
      "https://samltoolkit.azurewebsites.net/SAML/Consume?metadata=samltoolkit|ISV9.2|primary|z",
    replyUrls: ["https://samltoolkit.azurewebsites.net/SAML/Consume"],
  }),
];

/** Shown only if selected (applicationtemplate-get, example 2); nobody judged these applications. */
const RISK: Values = {
  riskScore: { total: null, security: null, provider: null, compliance: null, legal: null },
  riskFactors: { general: null, security: null, compliance: null, legal: null },
};

const withSelected = (call: Call, one: Values): Values =>
  call.query.select?.some((name) => Object.hasOwn(RISK, name)) === true ? { ...one, ...RISK } : one;

function found(call: Call): Template {
  const id = (call.params["template"] ?? "").toLowerCase();
  const one = TEMPLATES.find((candidate) => candidate.shown["id"] === id);
  if (!one) throw notFound(id);
  return one;
}

/** The role that people have in an application of the gallery (applicationtemplate-instantiate, its answer). */
const msiamAccess = (id: string): Values => ({
  id,
  value: null,
  allowedMemberTypes: ["User"],
  displayName: "msiam_access",
  description: "msiam_access",
  isEnabled: true,
});

const impersonation = (id: string, name: string): Values => ({
  adminConsentDescription: `Allow the application to access ${name} on behalf of the signed-in user.`,
  adminConsentDisplayName: `Access ${name}`,
  id,
  isEnabled: true,
  type: "User",
  userConsentDescription: `Allow the application to access ${name} on your behalf.`,
  userConsentDisplayName: `Access ${name}`,
  value: "user_impersonation",
});

const shown = (entity: Entity): Values =>
  render(entity, entity.values, selected(entity.kind, undefined), false);

/** An application and its service principal (applicationtemplate-instantiate). @throws GraphError 400, 404 */
function instantiate(call: Call): Answer {
  const { tenant } = call;
  const { shown: about, replyUrls } = found(call);
  const { id, homePageUrl } = about;
  const checks = { displayName: isText };
  const given = checkedBody(call, "ApplicationTemplate", checks, ["displayName"]);
  const displayName = String(given["displayName"]);
  demandRoom(tenant);
  const registered = tenant.registry.addApplication({
    tenantId: tenant.id,
    displayName,
    appId: tenant.directory.newId(),
    objectId: tenant.directory.newId(),
  });
  const principal = tenant.registry.addServicePrincipal(tenant.id, registered.appId, {
    objectId: tenant.directory.newId(),
    displayName,
  });
  syncRegistry(tenant);
  const application = resolve(call, "application", registered.objectId).entity;
  const holder = resolve(call, "servicePrincipal", principal.objectId).entity;
  const owner = call.caller.principalId.toLowerCase();
  Object.assign(registered, {
    appRoles: [msiamAccess(tenant.directory.newId())],
    redirectUris: { ...registered.redirectUris, web: replyUrls },
  });
  Object.assign(principal, { assignmentRequired: true });
  tenant.directory.update(application, {
    applicationTemplateId: id,
    isFallbackPublicClient: false,
    ...withWholeObjects(application.values, {
      api: { oauth2PermissionScopes: [impersonation(tenant.directory.newId(), displayName)] },
      web: { homePageUrl, redirectUris: replyUrls },
    }),
  });
  tenant.directory.update(holder, {
    applicationTemplateId: id,
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
  });
  syncRegistry(tenant);
  for (const one of [application, holder]) tenant.directory.link("owners", one, owner);
  return {
    status: 201,
    body: {
      "@odata.context": `${call.root}/$metadata#microsoft.graph.applicationServicePrincipal`,
      application: shown(application),
      servicePrincipal: shown(holder),
    },
  };
}

const CREATE: Needs = ["Application.ReadWrite.OwnedBy", ...WRITE_APPLICATIONS];

export const applicationTemplateRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `/${SET}`,
    needs: "none",
    handle: (call) =>
      resourceList(
        call,
        SET,
        TEMPLATES.map((one) => withSelected(call, one.shown)),
        { filterable: true },
      ),
  },
  {
    method: "GET",
    path: `/${SET}/:template`,
    needs: "none",
    handle: (call) => shownEntry(call, SET, withSelected(call, found(call).shown)),
  },
  {
    method: "POST",
    path: `/${SET}/:template/instantiate`,
    needs: CREATE,
    body: "required",
    handle: instantiate,
  },
];
