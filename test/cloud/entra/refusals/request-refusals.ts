import { invalidRequest, unauthorizedClient, type RefusalRules } from "./rule.ts";

/** Refusals of the request, the tenant or the application. */
export const requestRefusals: RefusalRules = {
  900144: invalidRequest(
    (c) => `The request body must contain the following parameter: '${c.detail}'.`,
  ),
  90014: invalidRequest(
    (c) =>
      `The required field '${c.detail}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.`,
  ),
  900561: invalidRequest(
    (c) => `The endpoint only accepts POST requests. Received a ${c.detail} request.`,
  ),
  9002313: invalidRequest(() => "Invalid request. Request is malformed or invalid."),
  90013: invalidRequest(() => "Invalid input received from the user."),
  50194: invalidRequest(
    (c) =>
      `Application '${c.appId}'(${c.appName}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
  ),
  901002: invalidRequest(() => "The 'resource' request parameter isn't supported."),
  9001023: invalidRequest(
    () =>
      "The grant type isn't supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
  ),
  70003: {
    error: "unsupported_grant_type",
    status: 400,
    text: (c) => `The app requested an unsupported grant type '${c.detail}'.`,
  },
  90002: invalidRequest(
    (c) =>
      `Tenant '${c.tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  ),
  900023: invalidRequest(
    (c) =>
      `Specified tenant identifier '${c.detail}' is neither a valid DNS name, nor a valid external domain.`,
  ),
  9000411: invalidRequest(
    (c) => `The request is not properly formatted. The parameter '${c.detail}' is duplicated.`,
  ),
  9002332: invalidRequest(
    (c) =>
      `Application '${c.appId}'(${c.appName}) is configured for use by Microsoft Entra users only. Please do not use the /consumers endpoint to serve this request.`,
  ),
  90023: invalidRequest((c) => c.detail || "The request is not valid."),
  50059: invalidRequest(
    () =>
      "No tenant-identifying information found in either the request or implied by any provided credentials.",
  ),
  50128: invalidRequest(
    () =>
      "Invalid domain name - No tenant-identifying information found in either the request or implied by any provided credentials.",
  ),
  90038: invalidRequest(
    (c) => `Tenant '${c.tenant}' request is being redirected to the National Cloud '${c.detail}'.`,
  ),
  900382: invalidRequest(() => "Confidential Client is not supported in Cross Cloud request."),
  900432: invalidRequest(() => "Confidential Client is not supported in Cross Cloud request."),
  50049: invalidRequest(() => "NoSuchInstanceForDiscovery - Unknown or invalid instance."),
  500021: invalidRequest((c) => `Access to '${c.tenant}' tenant is denied.`),
  500022: invalidRequest((c) => `Access to '${c.tenant}' tenant is denied.`),
  700016: unauthorizedClient(
    (c) =>
      `Application with identifier '${c.appId}' was not found in the directory '${c.tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  ),
  7000229: unauthorizedClient(
    (c) =>
      `The client application ${c.appId} is missing service principal in the tenant ${c.tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
  ),
  700011: unauthorizedClient(
    (c) => `Application with identifier '${c.appId}' was not found in the directory.`,
  ),
  70001: unauthorizedClient((c) => `Application '${c.appId}' is disabled.`),
  7000112: unauthorizedClient((c) => `Application '${c.appId}'(${c.appName}) is disabled.`),
  1000031: unauthorizedClient(
    (c) => `Application ${c.appName} cannot be accessed at this time. Contact your administrator.`,
  ),
  100007: unauthorizedClient(
    () =>
      "Entra Regional ONLY supports auth either for MSIs OR for requests from MSAL using SN+I for 1P apps or 3P apps in Microsoft infrastructure tenants.",
  ),
};
