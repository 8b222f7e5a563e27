import { groupCleanup, groupSteps } from "./group-steps.ts";
import { refusals } from "./refusals.ts";
import { bind, eventual, get, group, people, reference, unit, user, userBody } from "./requests.ts";
import type { Step } from "./step.ts";

const made: readonly Step[] = [
  {
    name: "make an administrative unit",
    method: "POST",
    path: () => "/directory/administrativeUnits",
    body: ({ run }) => ({ displayName: `Directory Batch acceptance ${run ?? ""}` }),
    keep: "unit",
  },
  ...people.map((person): Step => ({
    name: `create the user ${person}`,
    method: "POST",
    path: () => "/users",
    body: (known) => userBody(person, known),
    keep: person,
    needs: ["unit"],
  })),
  ...people.map((person): Step => ({
    name: `put ${person} into the unit`,
    method: "POST",
    path: (known) => `${unit(known)}/members/$ref`,
    body: (known) => reference(known[person]),
    needs: ["unit", person],
  })),
  {
    name: "create a group in the unit",
    method: "POST",
    path: (known) => `${unit(known)}/members`,
    body: ({ run }) => ({
      "@odata.type": "#microsoft.graph.group",
      displayName: `Acceptance group ${run ?? ""}`,
      mailEnabled: false,
      mailNickname: `acceptance-group-${run ?? ""}`,
      securityEnabled: true,
    }),
    keep: "group",
    needs: ["unit"],
  },
  {
    name: "create a dynamic group",
    method: "POST",
    path: () => "/groups",
    body: ({ run }) => ({
      displayName: `Acceptance dynamic ${run ?? ""}`,
      groupTypes: ["DynamicMembership"],
      mailEnabled: false,
      mailNickname: `acceptance-dynamic-${run ?? ""}`,
      membershipRule: `user.department -eq "${run ?? ""}"`,
      membershipRuleProcessingState: "Paused",
      securityEnabled: true,
    }),
    keep: "dynamic",
    needs: ["unit"],
  },
];

const changed: readonly Step[] = [
  get("read a user", (known) => user("ann", known), ["ann"]),
  get(
    "read chosen properties of a user",
    (known) => `${user("ann", known)}?$select=id,accountEnabled,userType,usageLocation,otherMails`,
    ["ann"],
  ),
  {
    name: "change a user",
    method: "PATCH",
    path: (known) => user("ann", known),
    body: ({ run }) => ({
      department: run,
      jobTitle: "Tester",
      businessPhones: ["+44 20 7946 0000"],
    }),
    needs: ["ann"],
  },
  {
    name: "clear a value",
    method: "PATCH",
    path: (known) => user("ann", known),
    body: () => ({ jobTitle: null }),
    needs: ["ann"],
  },
  get("read what was changed", (known) => `${user("ann", known)}?$select=jobTitle,businessPhones`, [
    "ann",
  ]),
  {
    name: "add a member",
    method: "POST",
    path: (known) => `${group(known)}/members/$ref`,
    body: ({ ann }) => reference(ann),
    needs: ["group", "ann"],
  },
  {
    name: "add two members in one request",
    method: "PATCH",
    path: (known) => group(known),
    body: ({ bob, cyd }) => ({ "members@odata.bind": bind(bob, cyd) }),
    needs: ["group", "bob", "cyd"],
  },
  get("list the members", (known) => `${group(known)}/members?$select=id,displayName`, [
    "group",
    "cyd",
  ]),
  get("list references to the members", (known) => `${group(known)}/members/$ref`, [
    "group",
    "cyd",
  ]),
  get("count the members", (known) => `${group(known)}/members/$count`, ["group", "cyd"], eventual),
  get(
    "list a user's memberships",
    (known) => `${user("ann", known)}/memberOf?$select=id,displayName`,
    ["ann", "group"],
  ),
  {
    name: "remove a member",
    method: "DELETE",
    path: (known) => `${group(known)}/members/${known["cyd"] ?? ""}/$ref`,
    needs: ["group", "cyd"],
  },
  ...[false, true].map((accountEnabled): Step => ({
    name: accountEnabled ? "enable the user again" : "disable a user",
    method: "PATCH",
    path: (known) => user("bob", known),
    body: () => ({ accountEnabled }),
    needs: ["bob"],
  })),
  {
    name: "delete a user",
    method: "DELETE",
    path: (known) => user("cyd", known),
    needs: ["cyd"],
  },
  get(
    "read a deleted user",
    ({ cyd }) => `/directory/deletedItems/${cyd ?? ""}?$select=id,displayName`,
    ["cyd"],
  ),
  {
    name: "restore the user",
    method: "POST",
    path: ({ cyd }) => `/directory/deletedItems/${cyd ?? ""}/restore`,
    needs: ["cyd"],
  },
];

const cleanup: readonly Step[] = [
  groupCleanup,
  ...people.map((person): Step => ({
    name: `clean up: delete ${person}`,
    method: "DELETE",
    path: (known) => user(person, known),
    needs: [person],
    isCleanup: true,
  })),
  ...["group", "dynamic"].map((one): Step => ({
    name: `clean up: delete the ${one === "group" ? "group" : "dynamic group"}`,
    method: "DELETE",
    path: (known) => `/groups/${known[one] ?? ""}`,
    needs: [one],
    isCleanup: true,
  })),
  {
    name: "purge a group as an application",
    method: "DELETE",
    path: ({ group: id }) => `/directory/deletedItems/${id ?? ""}`,
    needs: ["group"],
    isCleanup: true,
  },
  ...people.map((person): Step => ({
    name: `clean up: purge ${person}`,
    method: "DELETE",
    path: (known) => `/directory/deletedItems/${known[person] ?? ""}`,
    needs: [person],
    isCleanup: true,
  })),
  {
    name: "clean up: delete the unit",
    method: "DELETE",
    path: unit,
    needs: ["unit"],
    isCleanup: true,
  },
];

/** The headers that tell of throttling: the cost of a read, of a write, and of parts. */
const costs: readonly Step[] = [
  get("what a list costs", () => "/users?$top=1&$select=id", []),
  {
    name: "what the parts of a batch cost",
    method: "POST",
    path: () => "/$batch",
    body: ({ ann, run }) => ({
      requests: [
        { id: "1", method: "GET", url: `/users/${ann ?? ""}?$select=id` },
        {
          id: "2",
          method: "PATCH",
          url: `/users/${ann ?? ""}`,
          headers: { "Content-Type": "application/json" },
          body: { department: run },
        },
      ],
    }),
    needs: ["ann"],
  },
];

/** Everything, in the order in which it is done. */
export const steps: readonly Step[] = [
  ...made,
  ...changed,
  ...groupSteps,
  ...refusals,
  ...costs,
  ...cleanup,
];
