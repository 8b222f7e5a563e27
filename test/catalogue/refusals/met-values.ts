import { bad, body, contrib, docs, type Met, oldBody, powershell } from "./met.ts";

const INVALID = "One or more properties contains invalid values.";
const WEAK =
  "The specified password does not comply with password complexity requirements. Please provide a different password.";
const taken = (property: string): string =>
  `Another object with the same value for property ${property} already exists.`;
const readOnly = (property: string): string =>
  `Property '${property}' is read-only and cannot be set.`;

const met = (at: string, is: string, message: string, more?: object): Met => ({
  at,
  status: 400,
  body: bad(message, more),
  is,
});

/** Refusals that are about values and licenses. */
export const metValues: readonly Met[] = [
  met(docs(1508), "name-taken", taken("userPrincipalName"), {
    details: [{ target: "userPrincipalName", code: "ObjectConflict" }],
  }),
  met(contrib(8421), "name-taken", taken("proxyAddresses"), {
    details: [
      { code: "ObjectConflict", message: taken("proxyAddresses"), target: "proxyAddresses" },
      { code: "ConflictingObjects", message: taken("proxyAddresses") },
    ],
  }),
  met(powershell(1640), "name-taken", taken("proxyAddresses")),
  met("KelvinTegelaar/CIPP issue 5347", "name-taken", taken("userPrincipalName")),
  met(docs(5122), "name-taken", taken("mailNickname")),
  met("microsoft/o365-moodle issue 1181", "name-taken", taken("mailNickname")),
  met(
    "pnp/cli-microsoft365, specs of its commands, 2018-09-07",
    "name-taken",
    "A conflicting object with one or more of the specified property values is present in the directory.",
  ),
  met(contrib(6967), "invalid-value", INVALID),
  met(docs(4959), "invalid-value", INVALID),
  met("microsoftgraph/dotnetcore-console-sample issue 46", "invalid-value", INVALID),
  {
    at: "AzureADQuickStarts/B2C-GraphAPI-DotNet issue 3",
    status: 400,
    body: oldBody("Request_BadRequest", INVALID),
    is: "invalid-value",
  },
  met(
    "Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 16",
    "invalid-value",
    "Invalid value specified for property 'mailNickname' of resource 'User'.",
    { details: [{ code: "InvalidValue", target: "mailNickname" }] },
  ),
  {
    at: "Azure-Samples/active-directory-dotnet-graphapi-web issue 27",
    status: 400,
    body: oldBody("Request_BadRequest", "Property value is required but is empty or missing."),
    is: "missing-value",
  },
  met(
    powershell(3361),
    "missing-value",
    "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: addLicenses.",
  ),
  met("microsoftgraph/msgraph-sdk-java-auth issue 36", "password", WEAK),
  met("microsoftgraph/msgraph-sdk-dotnet issue 2793", "password", WEAK),
  met("Azure-Samples/active-directory-php-graphapi-web issue 12", "read-only", readOnly("mail")),
  met("microsoftgraph/msgraph-beta-sdk-java issue 621", "read-only", readOnly("isSipEnabled")),
  met(
    "microsoftgraph/msgraph-sdk-dotnet pull request 357",
    "read-only",
    readOnly("assignedLicense"),
  ),
  met(
    "Okta support, Office 365 provisioning error, the domain portion of the userPrincipalName",
    "domain",
    "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
    { details: [{ code: "InvalidValue", target: "userPrincipalName" }] },
  ),
  {
    at: contrib(5532),
    status: 400,
    body: body("BadRequest", "Write requests are only supported on contained entities"),
    is: "malformed",
  },
  met(
    "microsoft/semantic-link-labs issue 1082",
    "malformed",
    "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
  ),
  {
    at: `${docs(2853)}, comment of 2019-01-30`,
    status: 400,
    body: body(
      "BadRequest",
      "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details",
    ),
    is: "malformed",
  },
  {
    at: docs(2643),
    status: 400,
    body: body("invalidRequest", "The request is malformed or incorrect."),
    is: "malformed",
  },
  met(
    "MicrosoftDocs/microsoft-365-docs pull request 3864",
    "plan-needed",
    "License assignment failed because service plan f544b08d-1645-4287-82de-8d91f37c02a1 depends on the service plan(s) 304767db-7d23-49e8-a945-4a7eb65f9f28,a31ef4a2-f787-435e-8335-e47eb0cafc94",
  ),
  met(
    "MicrosoftDocs/azure-docs issue 96390",
    "plans-conflict",
    "Unable to update license for this user. This set of licenses includes two or more service plans which cannot be assigned at the same time.",
  ),
  met(
    docs(7539),
    "license-unknown",
    "License 6470687e-a428-4b7a-bef2-8a291ad947c9 cannot be assigned to a user.",
  ),
  met(
    "MicrosoftDocs/azure-docs issue 81269",
    "license-unknown",
    "The service plan e7c91390-7625-45be-94e0-e16907e03118 does not belong to the subscription.",
  ),
  met(
    "KelvinTegelaar/CIPP issue 4090",
    "license-inherited",
    "User license is inherited from group membership and cannot be removed directly from the user.",
  ),
  met(
    "Okta support, Office 365 push profile update failed due to HTTP 400",
    "usage-location",
    "License assignment cannot be done for user with invalid usage location.",
  ),
  met(
    "pnp/cli-microsoft365, user-license-add.spec.ts",
    "license-unknown",
    "License 0118a350-71fc-4ec3-8f0c-6a1cb8867561 does not correspond to a valid company License.",
  ),
  met(
    "Okta support, Office 365 provisioning error, not on a verified domain",
    "domain",
    "Unable to create this user because the user principal name provided is not on a verified domain.",
  ),
  met(
    "Microsoft Partner Center REST, error 60012",
    "no-seats",
    "Subscription with Account 0c39d6d5 and SKU f8a1db68-be16-40ed-86d5-cb42ce701560 does not have any available licenses left.",
  ),
  {
    at: "pnp/PnP issue 1314",
    status: 400,
    body: body("-1, Microsoft.SharePoint.Client.UnknownError", "Unbekannter Fehler."),
    is: "unknown",
  },
  {
    at: "InnoGE/laravel-msgraph-mail issue 16",
    status: 400,
    body: body("ErrorInvalidUser", "The requested user 'example@domain.tld' is invalid."),
    is: "unknown",
  },
];
