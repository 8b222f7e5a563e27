import { noContent, ok } from "../../http/answer.ts";
import type { Kind } from "../../store/entity.ts";
import { resolve } from "../resolve.ts";
import type { Route } from "../route.ts";
import { checkedBody, isBoolean } from "./body.ts";

/** Whether Entra or the local directory is the source of a synced object (onpremisessyncbehavior-get, -update). */
function routesOf(set: string, kind: Kind, permission: string): readonly Route[] {
  const path = `/${set}/:id/onPremisesSyncBehavior`;
  const needs = [permission];
  return [
    {
      method: "GET",
      path,
      needs,
      handle: (call) => {
        const { id } = resolve(call, kind, call.params["id"] ?? "").entity;
        return ok({
          "@odata.context": `${call.root}/$metadata#${set}('${id}')/onPremisesSyncBehavior/$entity`,
          isCloudManaged: false,
          ...call.tenant.shelves.of("onPremisesSyncBehavior").get(id),
          id,
        });
      },
    },
    {
      method: "PATCH",
      path,
      needs,
      body: "required",
      handle: (call) => {
        const { id } = resolve(call, kind, call.params["id"] ?? "").entity;
        const checks = { isCloudManaged: isBoolean };
        const given = checkedBody(call, "OnPremisesSyncBehavior", checks, ["isCloudManaged"]);
        call.tenant.shelves.of("onPremisesSyncBehavior").set(id, given);
        return noContent;
      },
    },
  ];
}

export const syncBehaviorRoutes: readonly Route[] = [
  ...routesOf("users", "user", "User-OnPremisesSyncBehavior.ReadWrite.All"),
  ...routesOf("groups", "group", "Group-OnPremisesSyncBehavior.ReadWrite.All"),
  ...routesOf("contacts", "orgContact", "Contacts-OnPremisesSyncBehavior.ReadWrite.All"),
];
