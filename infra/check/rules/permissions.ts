import { declared, wordsOf } from "../bicep-file.ts";
import { fileAt, finding, type Infra, textOf } from "../infra.ts";
import { at, textAt, written } from "../value.ts";
import type { Rule } from "./rule.ts";

/** infra/graph-permissions.json. */
export interface PermissionCatalogue {
  /** permission → app role id. */
  readonly permissions: Readonly<Record<string, string>>;
  /** operation or policy → permissions. */
  readonly features: Readonly<Record<string, readonly string[]>>;
}

/**
 * The policies and the guard that read Graph, which no operation declares: facts of Graph, users list with
 * signInActivity, group members, role assignments and eligibility.
 */
export const policies: Readonly<Record<string, readonly string[]>> = {
  "role-holders": ["GroupMember.Read.All", "RoleManagement.Read.Directory"],
  "stale-accounts": ["AuditLog.Read.All", "GroupMember.Read.All", "User.Read.All"],
};

/** Too broad for anything here, and a way to other applications' credentials. Written in two parts,
 * because a rule forbids the name in every file. */
const tooBroad = ["Directory", "ReadWrite.All"].join(".");

/** The catalogue in infra/. */
export const catalogueOf = (infra: Infra): PermissionCatalogue =>
  JSON.parse(textOf(infra, "graph-permissions.json"));

const file = "graph-permissions.json";

export const featuresAreOperations: Rule = {
  says: "the features are the operations and the policies, each with exactly the permissions that it declares",
  findings: (infra) => {
    const { features } = catalogueOf(infra);
    const wanted: Readonly<Record<string, readonly string[]>> = {
      ...infra.product.operations,
      ...policies,
    };
    const names = new Set([...Object.keys(features), ...Object.keys(wanted)]);
    return [...names].flatMap((name) => {
      const has = (features[name] ?? []).toSorted().join(", ");
      const wants = (wanted[name] ?? []).toSorted().join(", ");
      return has === wants
        ? []
        : [finding(file, 1, `${name} has [${has}]; it declares [${wants}]`)];
    });
  },
};

export const featuresAreOffered: Rule = {
  says: "main.bicep offers exactly the catalogue's features, and requests the permissions that they need and no others",
  findings: (infra) => {
    const types = fileAt(infra, "types.bicep");
    const type = declared(types, "type").find((each) => each.name === "feature");
    const offered = wordsOf(type?.type ?? "");
    const features = Object.keys(catalogueOf(infra).features);
    const main = fileAt(infra, "main.bicep");
    const value = (name: string): string =>
      written(main.declarations.find((each) => each.name === name)?.value);
    const derived: Readonly<Record<string, string>> = {
      catalogue: "loadJsonContent('graph-permissions.json')",
      graphPermissions: "union([], flatten(map(features, name => catalogue.features[name])))",
      graphAppRoleIds: "map(graphPermissions, name => catalogue.permissions[name])",
    };
    return [
      ...(offered.toSorted().join() === features.toSorted().join()
        ? []
        : [
            finding(
              types,
              type?.line ?? 1,
              `type feature is ${offered.join(", ")}; the catalogue has ${features.join(", ")}`,
            ),
          ]),
      ...Object.entries(derived)
        .filter(([name, expression]) => value(name) !== expression)
        .map(([name, expression]) => finding(main, 1, `${name} must be ${expression}`)),
    ];
  },
};

export const grantsAreAsked: Rule = {
  says: "exactly what the registration lists is granted, and granting is off by default",
  findings: (infra) => {
    const main = fileAt(infra, "main.bicep");
    const listed = written(
      at(main.modules.find(({ symbol }) => symbol === "app")?.body, "params", "graphAppRoleIds"),
    );
    const grants = main.modules.find(({ symbol }) => symbol === "grants");
    const granted = written(at(grants?.body, "params", "graphAppRoleIds"));
    const off = declared(main, "param").find(({ name }) => name === "grantGraphPermissions");
    const others = infra.bicep
      .filter(({ path }) => path !== "modules/graph-grants.bicep")
      .filter(({ resources }) =>
        resources.some(({ type }) => type === "Microsoft.Graph/appRoleAssignedTo"),
      );
    const wrong = (line: number | undefined, message: string) => finding(main, line ?? 1, message);
    return [
      ...(listed === "graphAppRoleIds" && granted === listed
        ? []
        : [
            wrong(
              grants?.line,
              `listed are ${listed}, granted ${granted}; both must be graphAppRoleIds`,
            ),
          ]),
      ...(grants?.conditional === true
        ? []
        : [wrong(grants?.line, "the grants must be conditional")]),
      ...(written(off?.value) === "false"
        ? []
        : [wrong(off?.line, "grantGraphPermissions must be false by default")]),
      ...others.map((each) => finding(each, 1, "only modules/graph-grants.bicep grants")),
    ];
  },
};

export const idsAreKnown: Rule = {
  says: "every permission has one app role id, is needed by a feature, and none is too broad",
  findings: (infra) => {
    const { permissions, features } = catalogueOf(infra);
    const needed = new Set(Object.values(features).flat());
    const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
    const ids = Object.values(permissions);
    return [
      ...[...needed]
        .filter((each) => permissions[each] === undefined)
        .map((each) => `${each} has no id`),
      ...Object.keys(permissions)
        .filter((each) => !needed.has(each))
        .map((each) => `no feature needs ${each}`),
      ...ids
        .filter((each, i) => !guid.test(each) || ids.indexOf(each) !== i)
        .map((each) => `${each} is no id of its own`),
    ].map((message) => finding(file, 1, message));
  },
};

/**
 * Permissions with which the application could grant itself or others more than it was given, or sign in as
 * somebody else: docs/threat-model.md says why none may ever be in the catalogue.
 */
const neverAsked: Readonly<Record<string, RegExp>> = {
  "grants app roles": /^(AppRoleAssignment|DelegatedPermissionGrant)\./,
  "changes applications or their keys": /^Application\b|^ServicePrincipal/,
  "grants directory roles":
    /^(RoleManagement|RoleAssignmentSchedule|RoleEligibilitySchedule|RoleManagementPolicy|Privileged\w+)\.(\w+\.)?ReadWrite\b/,
  "makes temporary access passes": /TemporaryAccessPass/,
  "changes how users prove who they are": /^UserAuth(entication)?Method\b/,
  "changes whom the tenant trusts":
    /^(Policy|Domain|IdentityProvider|Synchronization)\b.*ReadWrite/,
  "writes the whole directory": new RegExp(`^${tooBroad.replace(".", "\\.")}$`),
};

export const grantsNothingMore: Rule = {
  says: "no permission lets the application grant itself or others more, or sign in as somebody else",
  findings: (infra) => {
    const { permissions, features } = catalogueOf(infra);
    const all = new Set([...Object.keys(permissions), ...Object.values(features).flat()]);
    return [...all].flatMap((name) =>
      Object.entries(neverAsked)
        .filter(([, pattern]) => pattern.test(name))
        .map(([what]) => finding(file, 1, `${name} ${what}; see docs/threat-model.md`)),
    );
  },
};

export const nothingTooBroad: Rule = {
  says: "no file of infra/ or docs/ names the permission over the whole directory",
  findings: (infra) =>
    Object.entries(infra.files).flatMap(([path, text]) =>
      text
        .split("\n")
        .flatMap((line, i) =>
          line.includes(tooBroad)
            ? [finding(path, i + 1, "names the permission over the whole directory")]
            : [],
        ),
    ),
};

export const appAsksGraphOnly: Rule = {
  says: "the registration requests application permissions of Microsoft Graph, and of no other resource",
  findings: (infra) => {
    const app = fileAt(infra, "modules/graph-app.bicep");
    const resource = app.resources.find(({ type }) => type === "Microsoft.Graph/applications");
    const access = at(resource?.body, "requiredResourceAccess");
    const [only, ...more] = access?.kind === "array" ? access.items : [];
    const graph = app.declarations.find(({ name }) => name === "graphAppId")?.value;
    const right =
      more.length === 0 &&
      written(at(only, "resourceAppId")) === "graphAppId" &&
      written(graph) === "'00000003-0000-0000-c000-000000000000'" &&
      textAt(at(only, "resourceAccess"), "type") === "Role" &&
      written(at(at(only, "resourceAccess"), "id")) === "id";
    return right
      ? []
      : [finding(app, resource?.line ?? 1, "requiredResourceAccess is not Graph's roles alone")];
  },
};
