import { bind, get, group, nobody, reference, user, userBody } from "./requests.ts";
import type { Step } from "./step.ts";

/** One of each documented refusal that a client may cause without harm (microsoft-graph errors). */
export const refusals: readonly Step[] = [
  {
    name: "refused: a member twice",
    method: "POST",
    path: (known) => `${group(known)}/members/$ref`,
    body: ({ ann }) => reference(ann),
    needs: ["group", "ann"],
  },
  {
    name: "refused: remove somebody who is no member",
    method: "DELETE",
    path: (known) => `${group(known)}/members/${known["cyd"] ?? ""}/$ref`,
    needs: ["group", "cyd"],
  },
  {
    name: "refused: add somebody who does not exist",
    method: "POST",
    path: (known) => `${group(known)}/members/$ref`,
    body: () => reference(nobody),
    needs: ["group"],
  },
  {
    name: "refused: bind somebody who does not exist",
    method: "PATCH",
    path: (known) => group(known),
    body: () => ({ "members@odata.bind": bind(nobody) }),
    needs: ["group"],
  },
  {
    name: "refused: 21 members in one request",
    method: "PATCH",
    path: (known) => group(known),
    body: ({ cyd }) => ({ "members@odata.bind": bind(...Array.from({ length: 21 }, () => cyd)) }),
    needs: ["group", "cyd"],
  },
  {
    name: "refused: a member of a dynamic group",
    method: "POST",
    path: ({ dynamic }) => `/groups/${dynamic ?? ""}/members/$ref`,
    body: ({ ann }) => reference(ann),
    needs: ["dynamic", "ann"],
  },
  get("refused: an unknown user", () => `/users/${nobody}`, []),
  {
    name: "refused: change an unknown user",
    method: "PATCH",
    path: () => `/users/${nobody}`,
    body: () => ({ department: "x" }),
  },
  {
    name: "refused: a name that is taken",
    method: "POST",
    path: () => "/users",
    body: (known) => userBody("ann", known),
    needs: ["ann"],
  },
  {
    name: "refused: a domain that is not the tenant's",
    method: "POST",
    path: () => "/users",
    body: (known) => ({
      ...userBody("dan", known),
      userPrincipalName: "acceptance@example.invalid",
    }),
  },
  {
    name: "refused: a user without a password",
    method: "POST",
    path: () => "/users",
    body: (known) => ({ ...userBody("dan", known), passwordProfile: undefined }),
  },
  {
    name: "refused: a user without a display name",
    method: "POST",
    path: () => "/users",
    body: (known) => ({ ...userBody("dan", known), displayName: undefined }),
  },
  {
    name: "refused: an unknown property",
    method: "PATCH",
    path: (known) => user("ann", known),
    body: () => ({ noSuchProperty: "x" }),
    needs: ["ann"],
  },
  {
    name: "refused: a value of the wrong type",
    method: "PATCH",
    path: (known) => user("ann", known),
    body: () => ({ accountEnabled: "perhaps" }),
    needs: ["ann"],
  },
  {
    name: "refused: a body that is no JSON",
    method: "POST",
    path: () => "/users",
    raw: "{",
  },
  get("refused: an unknown segment", () => "/nosuchthings", []),
  get("refused: an unknown property in $select", () => "/users?$top=1&$select=noSuchProperty", []),
  get(
    "refused: a filter that needs advanced parameters",
    () => "/users?$filter=accountEnabled ne true",
    [],
  ),
  get("refused: a malformed filter", () => "/users?$filter=displayName eq 'x", []),
  get("refused: $count without the header", () => "/users/$count", []),
  get("refused: $search without the header", () => '/users?$search="displayName:x"', []),
  get("refused: $top out of bounds", () => "/users?$top=1000", []),
  get("refused: $skip", () => "/users?$skip=1", []),
  get("refused: a delta token that is none", () => "/users/delta?$deltatoken=none", []),
  get("refused: a page token that is none", () => "/users?$skiptoken=none", []),
  { name: "refused: no token", method: "GET", path: () => "/users", token: "none" },
  { name: "refused: a token that is none", method: "GET", path: () => "/users", token: "x.y.z" },
  {
    name: "refused: 21 requests in a batch",
    method: "POST",
    path: () => "/$batch",
    body: () => ({
      requests: Array.from({ length: 21 }, (_, id) => ({
        id: `${id}`,
        method: "GET",
        url: "/users/x",
      })),
    }),
  },
  {
    name: "a batch with a refused part and one that depends on it",
    method: "POST",
    path: () => "/$batch",
    body: () => ({
      requests: [
        { id: "1", method: "GET", url: `/users/${nobody}` },
        { id: "2", method: "GET", url: "/organization?$select=id", dependsOn: ["1"] },
      ],
    }),
  },
];
