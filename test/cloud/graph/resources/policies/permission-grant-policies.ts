import { graphResourceAppId, olderGraphAppId } from "../../../entra/well-known.ts";
import { noContent, type Answer } from "../../http/answer.ts";
import { badRequest, notFound } from "../../http/graph-error.ts";
import type { Needs } from "../../rules/permission.ts";
import type { Values } from "../../store/entity.ts";
import { isGuid } from "../../store/ids.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import {
  checkedBody,
  isBoolean,
  isText,
  isTextOrNull,
  isTexts,
  oneOf,
  type Checks,
} from "../kept/body.ts";
import { keptEntry, shelfRoutes, shownEntry } from "../kept/shelf-routes.ts";
import { resourceList } from "../resource-list.ts";
import type { Route } from "../route.ts";

const PATH = "/policies/permissionGrantPolicies";
const WRITE: Needs = ["Policy.ReadWrite.PermissionGrant"];
const READ: Needs = ["Policy.Read.PermissionGrant", "Policy.Read.All", ...WRITE];

/** What a grant must be like to be allowed by a policy, or excluded from it (resources/permissiongrantconditionset). */
const CONDITIONS: Checks = {
  clientApplicationIds: isTexts,
  clientApplicationPublisherIds: isTexts,
  clientApplicationsFromVerifiedPublisherOnly: isBoolean,
  clientApplicationTenantIds: isTexts,
  permissionClassification: oneOf("low", "medium", "high", "all"),
  permissions: isTexts,
  permissionType: oneOf("application", "delegated"),
  resourceApplication: (value) => value === "any" || isGuid(String(value)),
};

const conditions = (id: string, given: Values): Values => ({
  id,
  permissionClassification: "all",
  permissionType: null,
  resourceApplication: "any",
  permissions: ["all"],
  clientApplicationIds: ["all"],
  clientApplicationTenantIds: ["all"],
  clientApplicationPublisherIds: ["all"],
  clientApplicationsFromVerifiedPublisherOnly: false,
  ...given,
});

/** Those of every tenant (permissiongrantpolicy-get, -list-includes, -list-excludes); nobody changes them. */
const BUILT_IN: readonly Values[] = [
  {
    id: "microsoft-user-default-low",
    displayName: "Default User Low Risk Policy",
    description: "All low risk permissions are consentable by member type users by default.",
    includes: [
      conditions("cb0c20dd-919d-40c5-ba6d-7ffb233b4b0b", {
        permissionClassification: "low",
        permissionType: "delegated",
      }),
      conditions("8ce99f96-730c-4ebd-8397-07ee65942b97", {
        permissionClassification: "low",
        permissionType: "delegated",
        clientApplicationsFromVerifiedPublisherOnly: true,
      }),
    ],
    excludes: [],
  },
  {
    id: "microsoft-application-admin",
    displayName: "Application Admin Policy",
    description: "Permissions consentable by Application Administrators.",
    includes: [
      conditions("811d2da7-443c-43da-96e7-28d285b234e9", { permissionType: "application" }),
      conditions("60461179-740e-4d8b-9e00-1456a338c44b", { permissionType: "delegated" }),
    ],
    excludes: [
      conditions("c85b029f-4abf-47d8-ae61-d2a38299033a", {
        permissionType: "application",
        resourceApplication: graphResourceAppId,
      }),
      conditions("2a1fbb36-9d9a-42d8-8804-de2aa45aca80", {
        permissionType: "application",
        resourceApplication: olderGraphAppId,
      }),
    ],
  },
  {
    id: "microsoft-company-admin",
    displayName: "Company Admin Policy",
    description: "Permissions consentable by Company Administrators.",
    includes: [
      conditions("1f06f3a1-42d3-4243-8fbc-5d0c30d4de4c", { permissionType: "application" }),
      conditions("08619a19-ae6f-406c-b9a0-ea6af1f1558d", { permissionType: "delegated" }),
    ],
    excludes: [],
  },
];

/** Puts the built-in policies on the shelf of a tenant that has none yet. */
function stocked(call: Call): Call {
  const shelf = call.tenant.shelves.of(PATH.slice(1));
  for (const policy of BUILT_IN)
    if (!shelf.has(String(policy["id"]))) shelf.set(String(policy["id"]), policy);
  return call;
}

/** @throws GraphError 400: ids that begin with `microsoft-` are Microsoft's (permissiongrantpolicy-update, -delete) */
function demandOwn(id: unknown): void {
  if (String(id).toLowerCase().startsWith("microsoft-"))
    throw badRequest("A built-in permission grant policy cannot be changed or deleted.");
}

const CHECKS: Checks = { displayName: isText, description: isTextOrNull };

function create(call: Call): Values {
  const checks: Checks = {
    ...CHECKS,
    id: (value) => typeof value === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(value),
  };
  const given = checkedBody(call, "PermissionGrantPolicy", checks, ["id", "displayName"]);
  demandOwn(given["id"]);
  if (call.tenant.shelves.of(PATH.slice(1)).has(String(given["id"]))) throw conflicting();
  return { deletedDateTime: null, description: null, ...given, includes: [], excludes: [] };
}

function change(call: Call, held: Values): Values {
  demandOwn(held["id"]);
  return { ...held, ...checkedBody(call, "PermissionGrantPolicy", CHECKS) };
}

type Side = "includes" | "excludes";

const setsOf = (held: Values, side: Side): readonly Values[] => held[side] as readonly Values[];
const contextSet = (held: Values, side: Side): string =>
  `${PATH.slice(1)}('${String(held["id"])}')/${side}`;

function replaceSets(call: Call, held: Values, side: Side, sets: readonly Values[]): void {
  demandOwn(held["id"]);
  call.tenant.shelves.of(PATH.slice(1)).set(String(held["id"]), { ...held, [side]: sets });
}

function addSet(call: Call, side: Side): Answer {
  const held = keptEntry(stocked(call), PATH);
  const given = checkedBody(call, "PermissionGrantConditionSet", CONDITIONS, ["permissionType"]);
  const made = conditions(call.tenant.directory.newId(), given);
  replaceSets(call, held, side, [...setsOf(held, side), made]);
  return shownEntry(call, contextSet(held, side), made, 201);
}

function removeSet(call: Call, side: Side): Answer {
  const held = keptEntry(stocked(call), PATH);
  const id = call.params["conditions"] ?? "";
  const left = setsOf(held, side).filter((one) => one["id"] !== id.toLowerCase());
  if (left.length === setsOf(held, side).length) throw notFound(id);
  replaceSets(call, held, side, left);
  return noContent;
}

const sideRoutes = (side: Side): readonly Route[] => [
  {
    method: "GET",
    path: `${PATH}/:kept/${side}`,
    needs: [...READ, "Directory.Read.All"],
    handle: (call) => {
      const held = keptEntry(stocked(call), PATH);
      return resourceList(call, contextSet(held, side), setsOf(held, side), { filterable: true });
    },
  },
  {
    method: "POST",
    path: `${PATH}/:kept/${side}`,
    needs: WRITE,
    body: "required",
    handle: (call) => addSet(call, side),
  },
  {
    method: "DELETE",
    path: `${PATH}/:kept/${side}/:conditions`,
    needs: WRITE,
    handle: (call) => removeSet(call, side),
  },
];

/** Which grants people may consent to. */
export const permissionGrantPolicyRoutes: readonly Route[] = [
  ...shelfRoutes({
    path: PATH,
    read: READ,
    write: WRITE,
    create,
    change,
    checkDelete: ({ id }) => demandOwn(id),
  }).map((route): Route => ({ ...route, handle: (call) => route.handle(stocked(call)) })),
  ...sideRoutes("includes"),
  ...sideRoutes("excludes"),
];
