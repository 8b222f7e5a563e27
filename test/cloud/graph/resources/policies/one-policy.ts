import { noContent, ok } from "../../http/answer.ts";
import { READ_DIRECTORY, type Needs } from "../../rules/permission.ts";
import { isObject, type Values } from "../../store/entity.ts";
import { isGuid } from "../../store/ids.ts";
import type { Call } from "../call.ts";
import {
  checkedBody,
  isBoolean,
  isText,
  isTextOrNull,
  isTexts,
  oneOf,
  type Checks,
} from "../kept/body.ts";
import type { Route } from "../route.ts";

/** A policy of which every tenant has one. */
interface OnePolicy {
  readonly name: string;
  readonly initial: Values;
  readonly checks: Checks;
  readonly read: Needs;
  readonly write: Needs;
  /** PUT replaces it whole, with all of these. */
  readonly required?: readonly string[];
  /** The example of one page names the policy, not an entity, in its context. */
  readonly isNamedOnly?: boolean;
}

/** An object whose members have these types. */
const objectOf =
  (checks: Checks) =>
  (value: unknown): boolean =>
    isObject(value) &&
    Object.entries(value)
      .filter(([name]) => !name.includes("@"))
      .every(([name, member]) => Object.hasOwn(checks, name) && checks[name]?.(member) === true);

const POLICY: Checks = { displayName: isText, description: isTextOrNull };
const READ_ALL = "Policy.Read.All";

/** What a restriction of credentials is for is not looked into (tenantappmanagementpolicy-update). */
const RESTRICTIONS = { passwordCredentials: [], keyCredentials: [] };

/** authorizationpolicy-get, identitysecuritydefaultsenforcementpolicy-get … */
const POLICIES: readonly OnePolicy[] = [
  {
    name: "authorizationPolicy",
    initial: {
      id: "authorizationPolicy",
      allowInvitesFrom: "everyone",
      allowedToSignUpEmailBasedSubscriptions: true,
      allowedToUseSSPR: true,
      allowEmailVerifiedUsersToJoinOrganization: false,
      allowUserConsentForRiskyApps: null,
      blockMsolPowerShell: false,
      displayName: "Authorization Policy",
      description: "Used to manage authorization related settings across the company.",
      guestUserRoleId: "10dae51f-b6af-4016-8d66-8c2a99b929b3",
      defaultUserRolePermissions: {
        allowedToCreateApps: true,
        allowedToCreateSecurityGroups: true,
        allowedToCreateTenants: true,
        allowedToReadBitlockerKeysForOwnedDevice: true,
        allowedToReadOtherUsers: true,
        permissionGrantPoliciesAssigned: [
          "ManagePermissionGrantsForSelf.microsoft-user-default-legacy",
        ],
      },
    },
    checks: {
      ...POLICY,
      allowInvitesFrom: oneOf(
        "none",
        "adminsAndGuestInviters",
        "adminsGuestInvitersAndAllMembers",
        "everyone",
      ),
      allowedToSignUpEmailBasedSubscriptions: isBoolean,
      allowedToUseSSPR: isBoolean,
      allowEmailVerifiedUsersToJoinOrganization: isBoolean,
      allowUserConsentForRiskyApps: (value) => value === null || isBoolean(value),
      blockMsolPowerShell: isBoolean,
      defaultUserRolePermissions: objectOf({
        allowedToCreateApps: isBoolean,
        allowedToCreateSecurityGroups: isBoolean,
        allowedToCreateTenants: isBoolean,
        allowedToReadBitlockerKeysForOwnedDevice: isBoolean,
        allowedToReadOtherUsers: isBoolean,
        permissionGrantPoliciesAssigned: isTexts,
      }),
      guestUserRoleId: (value) => typeof value === "string" && isGuid(value),
    },
    read: [READ_ALL, "Policy.ReadWrite.Authorization"],
    write: ["Policy.ReadWrite.Authorization"],
  },
  {
    name: "identitySecurityDefaultsEnforcementPolicy",
    initial: {
      id: "00000000-0000-0000-0000-000000000005",
      displayName: "Security Defaults",
      description:
        "Security defaults is a set of basic identity security mechanisms recommended by Microsoft. When enabled, these recommendations will be automatically enforced in your organization. Administrators and users will be better protected from common identity related attacks.",
      isEnabled: false,
    },
    checks: { ...POLICY, isEnabled: isBoolean },
    read: [READ_ALL, "Policy.ReadWrite.SecurityDefaults"],
    write: ["Policy.ReadWrite.SecurityDefaults", [READ_ALL, "Policy.ReadWrite.ConditionalAccess"]],
    isNamedOnly: true,
  },
  {
    name: "adminConsentRequestPolicy",
    initial: {
      isEnabled: false,
      notifyReviewers: false,
      remindersEnabled: false,
      requestDurationInDays: 0,
      version: 0,
      reviewers: [],
    },
    checks: {
      isEnabled: isBoolean,
      notifyReviewers: isBoolean,
      remindersEnabled: isBoolean,
      requestDurationInDays: (value) => Number.isInteger(value),
      reviewers: (value) =>
        Array.isArray(value) &&
        value.every(objectOf({ query: isText, queryType: isTextOrNull, queryRoot: isTextOrNull })),
    },
    read: [READ_ALL, "Policy.ReadWrite.ConsentRequest", ...READ_DIRECTORY],
    write: ["Policy.ReadWrite.ConsentRequest", "Directory.ReadWrite.All"],
    required: [
      "isEnabled",
      "notifyReviewers",
      "remindersEnabled",
      "requestDurationInDays",
      "reviewers",
    ],
  },
  {
    name: "authenticationFlowsPolicy",
    initial: {
      id: "authenticationFlowsPolicy",
      displayName: "Authentication flows policy",
      description:
        "Authentication flows policy allows modification of settings related to authentication flows in AAD tenant, such as self-service sign up configuration.",
      selfServiceSignUp: { isEnabled: false },
    },
    checks: { selfServiceSignUp: objectOf({ isEnabled: isBoolean }) },
    read: [READ_ALL, "Policy.ReadWrite.AuthenticationFlows"],
    write: ["Policy.ReadWrite.AuthenticationFlows"],
  },
  {
    name: "defaultAppManagementPolicy",
    initial: {
      id: "00000000-0000-0000-0000-000000000000",
      displayName: "Default app management tenant policy",
      description: "Default tenant policy that enforces app management restrictions.",
      isEnabled: false,
      applicationRestrictions: RESTRICTIONS,
      servicePrincipalRestrictions: RESTRICTIONS,
    },
    checks: {
      ...POLICY,
      isEnabled: isBoolean,
      applicationRestrictions: isObject,
      servicePrincipalRestrictions: isObject,
    },
    read: [READ_ALL, "Policy.ReadWrite.ApplicationConfiguration"],
    write: ["Policy.ReadWrite.ApplicationConfiguration"],
  },
];

/** The members of an object that the body leaves out stay. */
const mergedWith = (held: Values, given: Values): Values =>
  Object.fromEntries(
    Object.entries({ ...held, ...given }).map(([name, value]) => {
      const before = held[name];
      return [name, isObject(before) && isObject(value) ? { ...before, ...value } : value];
    }),
  );

const reviewersShown = (given: Values): Values =>
  Array.isArray(given["reviewers"])
    ? {
        ...given,
        reviewers: (given["reviewers"] as Values[]).map((one) => ({
          query: null,
          queryType: null,
          queryRoot: null,
          ...one,
        })),
      }
    : given;

function routesOf(policy: OnePolicy): readonly Route[] {
  const { name, initial, checks, read, write, required, isNamedOnly = false } = policy;
  const set = `policies/${name}`;
  const held = (call: Call): Values => call.tenant.shelves.of(set).get("") ?? initial;
  return [
    {
      method: "GET",
      path: `/${set}`,
      needs: read,
      handle: (call) =>
        ok({
          "@odata.context": `${call.root}/$metadata#${set}${isNamedOnly ? "" : "/$entity"}`,
          ...held(call),
        }),
    },
    {
      method: required ? "PUT" : "PATCH",
      path: `/${set}`,
      needs: write,
      body: "required",
      handle: (call) => {
        const given = reviewersShown(checkedBody(call, name, checks, required));
        const before = held(call);
        const { version } = before;
        call.tenant.shelves.of(set).set("", {
          ...mergedWith(before, given),
          ...(typeof version === "number" && { version: version + 1 }),
        });
        return noContent;
      },
    },
  ];
}

export const onePolicyRoutes: readonly Route[] = POLICIES.flatMap(routesOf);
