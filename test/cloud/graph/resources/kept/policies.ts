import { demandApplicationWrite } from "../../applications/ownership.ts";
import { noContent, ok, type Answer } from "../../http/answer.ts";
import { badRequest, notFound } from "../../http/graph-error.ts";
import { listAnswer } from "../../odata/list.ts";
import { entitiesSource } from "../../odata/source.ts";
import { both, demand, type Needs } from "../../rules/permission.ts";
import { isObject, type Entity, type Values } from "../../store/entity.ts";
import { application, servicePrincipal } from "../application-named.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import type { Route } from "../route.ts";
import { checkedBody, isBoolean, isText, isTexts, isTextOrNull, type Checks } from "./body.ts";
import { keptEntry, shelfRoutes } from "./shelf-routes.ts";

const READ: Needs = ["Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"];
const WRITE: Needs = ["Policy.ReadWrite.ApplicationConfiguration"];

/** The policies of tokens, claims and home realms, by their type and their collection. */
const KINDS = [
  "appManagementPolicies",
  "activityBasedTimeoutPolicies",
  "claimsMappingPolicies",
  "homeRealmDiscoveryPolicies",
  "tokenIssuancePolicies",
  "tokenLifetimePolicies",
] as const;
type PolicyKind = (typeof KINDS)[number];

/** Which kinds each kind of object can be given. */
const ASSIGNABLE: readonly {
  readonly path: string;
  readonly holder: (call: Call) => Entity;
  readonly kinds: readonly PolicyKind[];
}[] = [
  {
    path: "/applications/:application",
    holder: application,
    kinds: [
      "appManagementPolicies",
      "homeRealmDiscoveryPolicies",
      "tokenIssuancePolicies",
      "tokenLifetimePolicies",
    ],
  },
  {
    path: "/servicePrincipals/:principal",
    holder: servicePrincipal,
    kinds: [
      "appManagementPolicies",
      "claimsMappingPolicies",
      "homeRealmDiscoveryPolicies",
      "tokenIssuancePolicies",
      "tokenLifetimePolicies",
    ],
  },
];

interface Form {
  readonly checks: Checks;
  readonly required: readonly string[];
  readonly initial: Values;
}

const DEFINITION: Form = {
  checks: {
    definition: (value) => isTexts(value) && (value as unknown[]).length > 0,
    description: isTextOrNull,
    displayName: isText,
    isOrganizationDefault: isBoolean,
  },
  required: ["definition", "displayName"],
  initial: { isOrganizationDefault: false },
};

/** Restrictions of credentials; what is restricted is not looked into (appmanagementpolicy-post). */
const RESTRICTIONS: Form = {
  checks: {
    description: isTextOrNull,
    displayName: isText,
    isEnabled: isBoolean,
    restrictions: isObject,
  },
  required: ["displayName", "restrictions"],
  initial: { description: null, isEnabled: false },
};

const pathOf = (kind: PolicyKind): string => `/policies/${kind}`;
const typeOf = (kind: PolicyKind): string => kind.replace(/ies$/, "y");

function policyRoutes(kind: PolicyKind): readonly Route[] {
  const { checks, required, initial } =
    kind === "appManagementPolicies" ? RESTRICTIONS : DEFINITION;
  return shelfRoutes({
    path: pathOf(kind),
    read: READ,
    write: WRITE,
    create: (call): Values => ({
      id: call.tenant.directory.newId(),
      deletedDateTime: null,
      ...initial,
      ...checkedBody(call, typeOf(kind), checks, required),
    }),
    change: (call, held) => ({ ...held, ...checkedBody(call, typeOf(kind), checks) }),
  });
}

/** The ids of the policies that an object has, by kind; a policy that is deleted is in no list any more. */
const assigned = (call: Call, holder: Entity, kind: PolicyKind): Map<string, Values> =>
  call.tenant.shelves.of(`${holder.id}/${kind}`);

function policiesOf(call: Call, holder: Entity, kind: PolicyKind): readonly Values[] {
  const all = call.tenant.shelves.of(pathOf(kind).slice(1));
  return [...assigned(call, holder, kind).keys()].flatMap((id) => {
    const policy = all.get(id);
    return policy ? [policy] : [];
  });
}

/** The objects that have the policy (claimsmappingpolicy-list-appliesto). */
function appliesTo(call: Call, kind: PolicyKind): Answer {
  const id = String(keptEntry(call, pathOf(kind))["id"]);
  const { directory } = call.tenant;
  const holders = [...directory.live.application, ...directory.live.servicePrincipal];
  const found = holders.filter((one) => assigned(call, one, kind).has(id));
  return listAnswer(call, {
    type: "directoryObject",
    set: "directoryObjects",
    typed: true,
    source: entitiesSource(directory, found),
  });
}

const REFERENCE = /\/(?:policies\/\w+|directoryObjects)\/([0-9a-f-]{36})$/i;

/** @throws GraphError 400 for a malformed reference or a second policy of the kind, 404 for an unknown one */
function assign(call: Call, holder: Entity, kind: PolicyKind): Answer {
  demandApplicationWrite(call, holder);
  const reference = call.body["@odata.id"];
  const id = typeof reference === "string" ? REFERENCE.exec(reference)?.[1]?.toLowerCase() : "";
  if (!id)
    throw badRequest(
      "Invalid value specified for property '@odata.id' of resource 'ReferenceCreate'.",
    );
  const policy = call.tenant.shelves.of(pathOf(kind).slice(1)).get(id);
  if (!policy) throw notFound(id);
  if (policiesOf(call, holder, kind).length > 0) throw conflicting();
  assigned(call, holder, kind).set(id, policy);
  return noContent;
}

function unassign(call: Call, holder: Entity, kind: PolicyKind): Answer {
  demandApplicationWrite(call, holder);
  const id = call.params["policy"] ?? "";
  if (!assigned(call, holder, kind).delete(id.toLowerCase())) throw notFound(id);
  return noContent;
}

const WRITE_HOLDER: Needs = both(READ, [
  "Application.ReadWrite.OwnedBy",
  "Application.ReadWrite.All",
]);
const READ_HOLDER: Needs = [...READ, ...WRITE_HOLDER];

const assignmentRoutes: readonly Route[] = ASSIGNABLE.flatMap(({ path, holder, kinds }) =>
  kinds.flatMap((kind): readonly Route[] => [
    {
      method: "GET",
      path: `${path}/${kind}`,
      needs: READ_HOLDER,
      handle: (call) =>
        ok({
          "@odata.context": `${call.root}/$metadata#Collection(microsoft.graph.${typeOf(kind)})`,
          value: policiesOf(call, holder(call), kind),
        }),
    },
    {
      method: "POST",
      path: `${path}/${kind}/$ref`,
      needs: (call) => demand(call.caller, WRITE_HOLDER),
      body: "required",
      handle: (call) => assign(call, holder(call), kind),
    },
    {
      method: "DELETE",
      path: `${path}/${kind}/:policy/$ref`,
      needs: (call) => demand(call.caller, WRITE_HOLDER),
      handle: (call) => unassign(call, holder(call), kind),
    },
  ]),
);

export const keptPolicyRoutes: readonly Route[] = [
  ...KINDS.flatMap(policyRoutes),
  ...KINDS.map((kind): Route => ({
    method: "GET",
    path: `${pathOf(kind)}/:kept/appliesTo`,
    needs: [...READ, "Application.Read.All", "Directory.Read.All"],
    handle: (call) => appliesTo(call, kind),
  })),
  ...assignmentRoutes,
];
