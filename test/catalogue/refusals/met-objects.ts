import { bad, body, contrib, docs, type Met, oldBody, powershell } from "./met.ts";

const MEMBERS =
  "One or more added object references already exist for the following modified properties: 'members'.";
const EXTERNAL =
  "Unable to update the specified properties for objects that have originated within an external service.";
const MAIL_GROUP = "Cannot Update a mail-enabled security groups and or distribution list.";
const LAST_OWNER = "The group must have at least one owner, hence this owner cannot be removed.";
const WINDOWS =
  "Properties other than ExtendedAttribute1..15 can be modified only on windows devices.";

const met = (at: string, is: string, message: string): Met => ({
  at,
  status: 400,
  body: bad(message),
  is,
});

/** Refusals that are about what the object is. */
export const metObjects: readonly Met[] = [
  met("pnp/pnpframework pull request 139", "already-there", MEMBERS.replace("members", "owners")),
  met("Azure/azure-docs-powershell-azuread issue 167", "already-there", MEMBERS),
  met("pnp/PnP-PowerShell issue 2743", "already-there", MEMBERS),
  met("KelvinTegelaar/CIPP issue 1607, group Support", "already-there", MEMBERS),
  met(
    "instructure/canvas-lms, spec of its Microsoft sync, removal",
    "not-there",
    "One or more removed object references do not exist for the following modified properties: 'members'.",
  ),
  met(
    "microsoftgraph/contoso-airlines-teams-sample issue 1",
    "named-twice",
    "Object '[ResourceType=User,Id=7xb299a1,ChangedProperties=[]]' referenced from '[ResourceType=Group,Id=62727b72]' can only be present once as an add/remove change.",
  ),
  met(contrib(8241), "exchange", EXTERNAL),
  met(docs(4771), "exchange", EXTERNAL),
  met(docs(4210), "exchange", EXTERNAL),
  met(contrib(3564), "exchange", EXTERNAL),
  met("microsoftgraph/msgraph-sdk-php issue 292", "exchange", EXTERNAL.toLowerCase()),
  met(contrib(8048), "exchange", EXTERNAL),
  met(docs(14827), "mail-group", MAIL_GROUP),
  met(docs(14899), "mail-group", MAIL_GROUP),
  met("KelvinTegelaar/CIPP issue 1607, group supportvm", "mail-group", MAIL_GROUP),
  met(
    "Microsoft Q&A, dual write of Exchange Online (RequestId 96f09612)",
    "synchronized",
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
  ),
  met(contrib(3741), "last-owner", LAST_OWNER),
  met(docs(6489), "last-owner", LAST_OWNER),
  met("hashicorp/terraform-provider-azuread issue 1435", "last-owner", LAST_OWNER),
  {
    at: "Azure/caf-terraform-landingzones issue 422",
    status: 400,
    body: oldBody("Request_BadRequest", LAST_OWNER),
    is: "last-owner",
  },
  met(powershell(2723), "not-windows", WINDOWS),
  met(powershell(2066), "not-windows", WINDOWS),
  met(docs(16641), "not-windows", WINDOWS),
  met(docs(15707), "not-windows", WINDOWS),
  met(docs(5968), "not-windows", "Properties can only be modified on Windows devices."),
  met(
    "Microsoft Learn, group-update, errors",
    "unreplicated",
    "The source resource object or one of the objects being referenced don't exist.",
  ),
  {
    at: contrib(6431),
    status: 404,
    body: body(
      "Request_ResourceNotFound",
      "Resource '8c14a998-3c8d-4c52-ad09-c9032671ea31' does not exist or one of its queried reference-property objects are not present.",
    ),
    is: "gone",
  },
  {
    at: contrib(7618),
    status: 404,
    body: body(
      "Request_ResourceNotFound",
      "Resource does not exist or one of its queried reference-property objects are not present.",
    ),
    is: "gone",
  },
  {
    at: "microsoftgraph/msgraph-sdk-java issue 260",
    status: 404,
    body: body("ResourceNotFound", "Resource could not be discovered."),
    is: "gone",
  },
  met(
    "MicrosoftDocs/azure-docs issue 48061",
    "guest-address",
    "This user can’t be invited to this directory. Please try a different email address for the user or create a user account for them in your Azure AD directory.",
  ),
  {
    at: docs(22397),
    status: 500,
    body: body("InternalServerError", "Unable to find target address"),
    is: "service",
  },
  {
    at: "nais/azurerator issue 448",
    status: 409,
    body: body(
      "Directory_ConcurrencyViolation",
      "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    ),
    is: "concurrent",
  },
  {
    at: "besscroft/diyfile issue 1",
    status: 401,
    body: body("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
    is: "token",
  },
  {
    at: "merrycodes/Office-E5 issue 6",
    status: 401,
    body: body(
      "InvalidAuthenticationToken",
      "CompactToken parsing failed with error code: 80049217",
    ),
    is: "token",
  },
  {
    at: "microsoftgraph/python-sample-auth issue 10",
    status: 401,
    body: body(
      "InvalidAuthenticationToken",
      "CompactToken validation failed with reason code: 80049228.",
    ),
    is: "token",
  },
  {
    at: "Microsoft Learn, throttling",
    status: 429,
    body: {
      error: {
        code: "TooManyRequests",
        message: "Please retry again later.",
        innerError: { code: "429", message: "Please retry after", status: "429" },
      },
    },
    is: "throttled",
  },
];
