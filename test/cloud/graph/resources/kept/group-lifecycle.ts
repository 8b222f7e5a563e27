import { noContent, ok, type Answer } from "../../http/answer.ts";
import { badRequest } from "../../http/graph-error.ts";
import { contextOf } from "../../odata/render.ts";
import { isUnified } from "../../rules/membership.ts";
import { READ_DIRECTORY, WRITE_GROUPS, type Needs } from "../../rules/permission.ts";
import type { Entity, Values } from "../../store/entity.ts";
import type { Call } from "../call.ts";
import { conflicting } from "../directory-roles.ts";
import { resolve } from "../resolve.ts";
import type { Route } from "../route.ts";
import { checkedBody, isTextOrNull, oneOf, type Checks } from "./body.ts";
import { keptEntry, shelfRoutes, valueAnswer } from "./shelf-routes.ts";

const PATH = "/groupLifecyclePolicies";
const SET = "groupLifecyclePolicies";
const WRITE: Needs = ["Directory.ReadWrite.All"];

/** Thirty days at least; for all Microsoft 365 groups, selected ones or none (resources/grouplifecyclepolicy). */
const CHECKS: Checks = {
  groupLifetimeInDays: (days) => Number.isInteger(days) && Number(days) >= 30,
  managedGroupTypes: oneOf("All", "Selected", "None"),
  alternateNotificationEmails: isTextOrNull,
};

const policies = (call: Call): Map<string, Values> => call.tenant.shelves.of(SET);
const selectedGroups = (call: Call): Map<string, Values> => call.tenant.shelves.of(`${SET}/groups`);

/** A tenant has one policy (grouplifecyclepolicy-post-grouplifecyclepolicies). @throws GraphError 400 */
function create(call: Call): Values {
  const given = checkedBody(call, "GroupLifecyclePolicy", CHECKS, [
    "groupLifetimeInDays",
    "managedGroupTypes",
  ]);
  if (policies(call).size > 0) throw conflicting();
  return {
    id: call.tenant.directory.newId(),
    alternateNotificationEmails: null,
    ...given,
  };
}

const groupIn = (call: Call): Entity => resolve(call, "group", String(call.body["groupId"])).entity;

/** Only a policy for selected groups takes groups. @throws GraphError 400, 404 */
const choose =
  (isAdding: boolean) =>
  (call: Call): Answer => {
    const policy = keptEntry(call, PATH);
    const group = groupIn(call);
    if (policy["managedGroupTypes"] !== "Selected" || !isUnified(group.values))
      throw badRequest("The policy does not allow this group to be added or removed.");
    const chosen = selectedGroups(call);
    if (!isAdding) return valueAnswer(call, "Edm.Boolean", chosen.delete(group.id));
    const isNew = !chosen.has(group.id);
    chosen.set(group.id, {});
    return valueAnswer(call, "Edm.Boolean", isNew);
  };

function ofGroup(call: Call): Answer {
  const group = resolve(call, "group", call.params["id"] ?? "").entity;
  const value = [...policies(call).values()].filter(({ managedGroupTypes }) =>
    managedGroupTypes === "All"
      ? isUnified(group.values)
      : managedGroupTypes === "Selected" && selectedGroups(call).has(group.id),
  );
  return ok({ "@odata.context": contextOf(call.root, SET, undefined, false), value });
}

function renew(call: Call): Answer {
  call.tenant.directory.update(groupIn(call), { renewedDateTime: call.tenant.nowText() });
  return noContent;
}

export const groupLifecycleRoutes: readonly Route[] = [
  ...shelfRoutes({
    path: PATH,
    read: READ_DIRECTORY,
    write: WRITE,
    create,
    change: (call, held) => ({ ...held, ...checkedBody(call, "GroupLifecyclePolicy", CHECKS) }),
    showsChange: true,
  }),
  {
    method: "POST",
    path: `${PATH}/renewGroup`,
    needs: WRITE_GROUPS,
    body: "required",
    handle: renew,
  },
  {
    method: "POST",
    path: `${PATH}/:kept/addGroup`,
    needs: WRITE,
    body: "required",
    handle: choose(true),
  },
  {
    method: "POST",
    path: `${PATH}/:kept/removeGroup`,
    needs: WRITE,
    body: "required",
    handle: choose(false),
  },
  {
    method: "GET",
    path: "/groups/:id/groupLifecyclePolicies",
    needs: READ_DIRECTORY,
    handle: ofGroup,
  },
];
