import {
  invalidGrant,
  invalidRequest,
  invalidResource,
  invalidScope,
  type RefusalRules,
} from "./rule.ts";

/** Refusals of the scope or the resource. */
export const resourceRefusals: RefusalRules = {
  70011: invalidScope(
    (c) =>
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${c.scope} is not valid. ${c.detail}`,
  ),
  28002: invalidScope(
    (c) =>
      `Provided value for the input parameter scope '${c.scope}' is not valid when requesting an access token. Please specify a valid scope.`,
  ),
  1002012: invalidScope(
    (c) =>
      `The provided value for scope ${c.scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  ),
  700022: invalidScope(
    (c) =>
      `The provided value for the input parameter scope '${c.scope}' is not valid because it contains more than one resource.`,
  ),
  500011: invalidResource(
    (c) =>
      `The resource principal named ${c.resource} was not found in the tenant named ${c.tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  ),
  500014: invalidResource(
    (c) =>
      `The service principal for resource '${c.resource}' is disabled. This indicate that a subscription within the tenant has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued for it.`,
  ),
  50001: invalidResource((c) => `The application named ${c.resource} was not found in the tenant.`),
  650057: invalidResource(
    (c) =>
      `Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: ${c.appId}(${c.appName}). Resource value from request: ${c.resource}.`,
  ),
  501051: invalidGrant(
    (c) =>
      `Application '${c.appId}'(${c.appName}) is not assigned to a role for the application '${c.resource}'(${c.detail}).`,
  ),
  50105: invalidGrant(
    (c) =>
      `Your administrator has configured the application ${c.appName} ('${c.appId}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '${c.detail}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.`,
  ),
  65001: invalidGrant(
    (c) =>
      `The user or administrator has not consented to use the application with ID '${c.appId}' named '${c.appName}'. Send an interactive authorization request for this user and resource.`,
    "consent_required",
  ),
  65002: invalidRequest(
    (c) =>
      `Consent between first party application '${c.appId}' and first party resource '${c.detail}' must be configured via preauthorization - applications owned and operated by Microsoft must get approval from the API owner before requesting tokens for that API.`,
  ),
  650056: invalidGrant(
    (c) =>
      `Misconfigured application. This could be due to one of the following: the client has not listed any permissions for '${c.resource}' in the requested permissions in the client's application registration. Or, the admin has not consented in the tenant. Client app ID: ${c.appId}.`,
  ),
  650052: invalidGrant(
    (c) =>
      `The app needs access to a service ('${c.resource}') that your organization '${c.tenant}' has not subscribed to or enabled. Contact your IT Admin to review the configuration of your service subscriptions.`,
  ),
  28000: invalidScope(
    (c) =>
      `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope ${c.scope} is not valid.`,
  ),
  90094: invalidGrant(() => "The grant requires admin permission."),
};
