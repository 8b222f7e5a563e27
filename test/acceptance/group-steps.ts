import { eventual, get, reference } from "./requests.ts";
import type { Known, Step } from "./step.ts";

const named = ({ run }: Known): string => `/groups(uniqueName='acceptance-${run ?? ""}')`;
const made = ({ upserted }: Known): string => `/groups/${upserted ?? ""}`;

const values = ({ run }: Known): Readonly<Record<string, unknown>> => ({
  displayName: `Acceptance upsert ${run ?? ""}`,
  mailEnabled: false,
  mailNickname: `acceptance-upsert-${run ?? ""}`,
  securityEnabled: true,
});

const owned = (name: string, person: "ann" | "bob"): Step => ({
  name,
  method: "POST",
  path: (known) => `${made(known)}/owners/$ref`,
  body: (known) => reference(known[person]),
  needs: ["upserted", person],
});

const disowned = (name: string, person: "ann" | "bob"): Step => ({
  name,
  method: "DELETE",
  path: (known) => `${made(known)}/owners/${known[person] ?? ""}/$ref`,
  needs: ["upserted", person],
});

/** What groups do that the product creates, hands over, deletes and restores. */
export const groupSteps: readonly Step[] = [
  ...["create a group by its unique name", "change the group by its unique name"].map(
    (name, at): Step => ({
      name,
      method: "PATCH",
      path: named,
      headers: { Prefer: "create-if-missing" },
      body: (known) => ({ ...values(known), description: `Time ${at + 1}` }),
      ...(at === 0 && { keep: "upserted" }),
      needs: ["unit"],
    }),
  ),
  {
    name: "create a second group of the unique name",
    method: "POST",
    path: () => "/groups",
    body: (known) => ({ ...values(known), uniqueName: `acceptance-${known["run"] ?? ""}` }),
    needs: ["upserted"],
  },
  {
    name: "clear a value of a group",
    method: "PATCH",
    path: made,
    body: () => ({ description: null }),
    needs: ["upserted"],
  },
  owned("add an owner", "ann"),
  owned("add another owner", "bob"),
  owned("add an owner again", "ann"),
  get(
    "look for an owner by id",
    (known) => `${made(known)}/owners?$filter=id eq '${known["ann"] ?? ""}'&$select=id&$count=true`,
    ["upserted", "ann"],
    eventual,
  ),
  disowned("remove an owner", "ann"),
  disowned("remove the last owner", "bob"),
  { name: "delete a security group", method: "DELETE", path: made, needs: ["upserted"] },
  {
    name: "restore a security group",
    method: "POST",
    path: ({ upserted }) => `/directory/deletedItems/${upserted ?? ""}/restore`,
    needs: ["upserted"],
  },
];

/** Removes what they made. */
export const groupCleanup: Step = {
  name: "clean up: delete the group of the unique name",
  method: "DELETE",
  path: made,
  needs: ["upserted"],
  isCleanup: true,
};
