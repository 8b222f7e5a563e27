import { fileAt, finding, type Infra } from "../infra.ts";
import { at, objectOf, type Value, written } from "../value.ts";
import type { Rule } from "./rule.ts";

const path = "modules/decision-app.bicep";

/** What the registration must have, as the Bicep writes it. */
const wanted: readonly (readonly [place: readonly string[], is: string])[] = [
  [["signInAudience"], "'AzureADMyOrg'"],
  [["isFallbackPublicClient"], "false"],
  [["publicClient", "redirectUris"], "['http://localhost']"],
  [["requiredResourceAccess"], "[]"],
];

/** What gives an application a way to sign in by itself, or more than one way to get a code. */
const forbidden = ["passwordCredentials", "keyCredentials", "web", "spa", "api", "identifierUris"];

const rolesOf = (value: Value | undefined): string[] =>
  (value?.kind === "array" ? value.items : []).map(
    (role) => `${written(at(role, "value"))} for ${written(at(role, "allowedMemberTypes"))}`,
  );

export const decisionAppIsHarmless: Rule = {
  says: "the registration for decisions is a public client without keys and permissions, with two roles for assigned people",
  findings: (infra: Infra) => {
    const file = fileAt(infra, path);
    const of = (type: string) =>
      file.resources.find((each) => each.type === `Microsoft.Graph/${type}`);
    const app = of("applications");
    const principal = of("servicePrincipals");
    const properties = objectOf(app?.body)?.properties ?? [];
    const roles = rolesOf(at(app?.body, "appRoles")).join(", ");
    return [
      ...wanted
        .filter(([place, is]) => written(at(app?.body, ...place)) !== is)
        .map(([place, is]) => `${place.join(".")} is not ${is}`),
      ...properties
        .filter(({ name }) => forbidden.includes(name))
        .map(({ name }) => `it has ${name}`),
      ...(roles === "'Batch.Decide' for ['User'], 'Batch.Submit' for ['User']"
        ? []
        : [`its roles are ${roles}`]),
      ...(written(at(principal?.body, "appRoleAssignmentRequired")) === "true"
        ? []
        : ["anybody in the tenant gets a token"]),
    ].map((message) => finding(file, app?.line ?? 1, message));
  },
};
