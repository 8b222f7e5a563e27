import type { Examined } from "../../../shared/catalogue/refusals/diagnose.ts";
import { body, contrib, docs, type Met, oldBody, powershell } from "./met.ts";

const DENIED = "Insufficient privileges to complete the operation.";
const denied = body("Authorization_RequestDenied", DENIED);

/** A 403 that says no more than that; `examined` is what a probe would have found. */
const met = (at: string, is: string, examined?: Examined): Met => ({
  at,
  status: 403,
  body: denied,
  is,
  ...(examined && { examined }),
});

const lacks = (...lacking: readonly string[]): Examined => ({ lacking });
const user = (object: Omit<NonNullable<Examined["object"]>, "noun">): Examined => ({
  lacking: [],
  object: { noun: "user", ...object },
});
const group = (object: Omit<NonNullable<Examined["object"]>, "noun">): Examined => ({
  lacking: [],
  object: { noun: "group", ...object },
});

/** Refusals with 403. */
export const metForbidden: readonly Met[] = [
  met(contrib(7677), "forbidden"),
  met("microsoftgraph/msgraph-sdk-dotnet issue 309", "forbidden"),
  met("microsoftgraph/msgraph-sdk-dotnet issue 2122", "forbidden"),
  met(powershell(1051), "role-holder", user({ roles: ["Helpdesk Administrator"] })),
  met(powershell(965), "role-holder", user({ roles: [undefined] })),
  met("microsoftgraph/aspnet-snippets-sample issue 44", "permission", lacks("User.ReadWrite.All")),
  met(contrib(8068), "permission", lacks("User-Phone.ReadWrite.All")),
  {
    at: "Azure-Samples/active-directory-dotnet-graphapi-console issue 27",
    status: 403,
    body: oldBody("Authorization_RequestDenied", DENIED),
    is: "forbidden",
  },
  met(contrib(2331), "permission", lacks("User-PasswordProfile.ReadWrite.All")),
  met("Heedify user guide, common issues 01", "permission", lacks("OrgContact.Read.All")),
  {
    at: "devopsaitoolkit.com, Teams error guide Authorization_RequestDenied",
    status: 403,
    body: body(
      "Authorization_RequestDenied",
      "Application does not have privileges to create a team or channel.",
    ),
    is: "forbidden",
  },
  met(docs(14730), "role-assignable", group({ isNearRoles: true })),
  {
    at: "microsoftgraph/msgraph-bicep-types issue 140",
    status: 403,
    body: body("Forbidden", DENIED),
    is: "role-assignable",
    examined: group({ isNearRoles: true }),
  },
  met(docs(15815), "role-assignable", group({ isNearRoles: true })),
  met(docs(9071), "dynamic-group", group({ isDynamic: true })),
  met(docs(9556), "dynamic-group", group({ isDynamic: true })),
  met(powershell(1539), "dynamic-group", group({ isDynamic: true })),
  met(
    "KelvinTegelaar/CIPP issue 1607, group All Users",
    "dynamic-group",
    group({ isDynamic: true }),
  ),
  {
    at: contrib(3521),
    status: 403,
    body: body("Forbidden", "You do not have permission to perform this operation."),
    is: "dynamic-group",
    examined: group({ isDynamic: true }),
  },
  met(docs(14806), "permission", lacks("GroupMember.ReadWrite.All")),
  met(powershell(2169), "permission", lacks("GroupMember.Read.All")),
  met(powershell(1052), "unknown", group({})),
  met(docs(11278), "role-holder", user({ roles: ["Application Administrator"] })),
  met(docs(2917), "role-holder", user({ roles: ["Global Administrator"] })),
  met("MicrosoftDocs/azure-docs issue 19929", "permission", lacks("User.DeleteRestore.All")),
  {
    at: "Azure/azure-sdk-for-node issue 2264",
    status: 403,
    body: { code: "Authorization_RequestDenied", message: DENIED },
    is: "permission",
    examined: lacks("User.DeleteRestore.All"),
  },
  met("Azure-Samples/active-directory-dotnet-graphapi-console issue 33", "forbidden"),
  met(
    "Microsoft Learn, restricted management administrative units",
    "restricted-unit",
    user({ isRestricted: true, roles: [] }),
  ),
  met(
    "Microsoft Learn, group-post-members, permissions (mail-enabled groups)",
    "mail-group",
    group({ isMailGroup: true }),
  ),
  met(
    "Microsoft Learn, users, who can perform sensitive actions",
    "untold",
    user({
      unread: [{ what: "holds a directory role", permission: "RoleManagement.Read.Directory" }],
    }),
  ),
  {
    at: "MicrosoftDocs/azure-docs issue 78054",
    status: 403,
    body: body(
      "Forbidden",
      "Guest invitations not allowed for your company. Contact your company administrator for more details.",
    ),
    is: "guests-off",
  },
  {
    at: "Microsoft Learn, Teams troubleshooting, invitations blocked",
    status: 403,
    body: body(
      "ResponseStatusNotOK",
      "This invitation is blocked by cross-tenant access settings.",
    ),
    is: "guests-off",
  },
  {
    at: "turbot/steampipe-plugin-azuread issue 98",
    status: 403,
    body: {
      Code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
      error: {
        code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        message: "Neither tenant is B2C or tenant doesn't have premium license",
      },
    },
    is: "premium",
  },
  {
    at: contrib(3808),
    status: 403,
    body: body(
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
      "Neither tenant is B2C or tenant doesn't have premium license",
    ),
    is: "premium",
  },
  {
    at: "vdesabou/kafka-docker-playground issue 17",
    status: 403,
    body: body(
      "Directory_QuotaExceeded",
      "The directory object quota limit for the Principal has been exceeded",
    ),
    is: "quota",
  },
  {
    at: "Azure-Samples/active-directory-dotnet-graphapi-console issue 45",
    status: 403,
    body: oldBody(
      "Directory_QuotaExceeded",
      "The directory object quota limit for the Tenant has been exceeded.",
    ),
    is: "quota",
  },
  {
    at: "instructure/canvas-lms, spec of its Microsoft sync, owners quota",
    status: 403,
    body: body(
      "Directory_QuotaExceeded",
      "Unable to perform operation as '121' would exceed the maximum quota count '100' for forward-link 'owners'.",
    ),
    is: "quota",
  },
  {
    at: "openshift/openshift-azure issue 1932",
    status: 403,
    body: oldBody(
      "Directory_ResourceSizeExceeded",
      "The size of the object has exceeded its limit. Please reduce the number of values and retry your request.",
    ),
    is: "object-full",
  },
  {
    at: docs(21469),
    status: 403,
    body: body(
      "Directory_ResourceSizeExceeded",
      "The size of the object has exceeded its limit. Please reduce the number of values and retry your request",
    ),
    is: "object-full",
  },
];
