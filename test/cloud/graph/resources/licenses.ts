import { ok, type Answer } from "../http/answer.ts";
import { notFound } from "../http/graph-error.ts";
import { assignToUser, licenseChange } from "../licenses/assign.ts";
import { statesOf } from "../licenses/assignment-states.ts";
import type { Sku } from "../licenses/skus.ts";
import { listAnswer } from "../odata/list.ts";
import { contextOf, render, selected } from "../odata/render.ts";
import { entitiesSource } from "../odata/source.ts";
import {
  READ_LICENSES,
  READ_WHOLE_GROUPS,
  WRITE_GROUPS,
  WRITE_USERS,
  type Needs,
} from "../rules/permission.ts";
import { hashOf } from "../seed/random.ts";
import type { Entity, Values } from "../store/entity.ts";
import { guidOf } from "../store/ids.ts";
import type { Call } from "./call.ts";
import { assignToGroup, membersWithErrors } from "./group-licenses.ts";
import { resolve } from "./resolve.ts";
import { resourceList } from "./resource-list.ts";
import type { Route } from "./route.ts";

const ASSIGN_TO_USERS: Needs = ["LicenseAssignment.ReadWrite.All", ...WRITE_USERS];
const ASSIGN_TO_GROUPS: Needs = ["LicenseAssignment.ReadWrite.All", ...WRITE_GROUPS];

const shownSku = (call: Call, sku: Sku): Values => ({
  accountId: call.tenant.id,
  accountName: call.tenant.displayName,
  appliesTo: "User",
  capabilityStatus: "Enabled",
  consumedUnits: sku.consumed,
  id: `${call.tenant.id}_${sku.skuId}`,
  prepaidUnits: { enabled: sku.enabled, lockedOut: 0, suspended: 0, warning: 0 },
  servicePlans: sku.servicePlans.map((plan) => ({ ...plan, provisioningStatus: "Success" })),
  skuId: sku.skuId,
  skuPartNumber: sku.skuPartNumber,
  subscriptionIds: [guidOf(hashOf(sku.skuId), 1)],
});

const listSkus = (call: Call): Answer =>
  resourceList(
    call,
    "subscribedSkus",
    call.tenant.skus.map((sku) => shownSku(call, sku)),
  );

function getSku(call: Call): Answer {
  const id = call.params["sku"] ?? "";
  const sku = call.tenant.skus.find((one) => `${call.tenant.id}_${one.skuId}` === id);
  if (!sku) throw notFound(id);
  return ok({
    "@odata.context": contextOf(call.root, "subscribedSkus", undefined, true),
    ...shownSku(call, sku),
  });
}

/** What only a read of one user brings. */
const SEPARATE = new Set(["signInActivity", "customSecurityAttributes", "isManagementRestricted"]);

/** The actions answer the whole user (user-assignlicense, user-reprocesslicenseassignment). */
const shownUser = (call: Call, user: Entity): Values => ({
  "@odata.context": contextOf(call.root, "users", undefined, true),
  ...render(
    user,
    user.values,
    selected("user", ["*"]).filter((name) => !SEPARATE.has(name)),
    false,
  ),
});

function assignUser(call: Call): Answer {
  const { entity } = resolve(call, "user", call.params["user"] ?? "");
  assignToUser(call, entity, licenseChange(call));
  return ok(shownUser(call, entity));
}

function assignGroup(call: Call): Answer {
  const { entity } = resolve(call, "group", call.params["group"] ?? "");
  assignToGroup(call.tenant, entity, licenseChange(call));
  return {
    status: 202,
    headers: {
      location: `${call.root.replace(/\/v1\.0$/, "")}/v2/${call.tenant.id}/directoryObjects/${entity.id}/Microsoft.DirectoryServices.Group`,
    },
    body: {
      "@odata.context": contextOf(call.root, "groups", undefined, true),
      ...render(
        entity,
        entity.values,
        [...selected("group", undefined), "assignedLicenses"],
        false,
      ),
    },
  };
}

/** The user's products with their plans (user-list-licensedetails). */
function detailsOf(call: Call): { readonly set: string; readonly shown: readonly Values[] } {
  const { entity, values } = resolve(call, "user", call.params["user"] ?? "");
  const active = statesOf(values).filter((state) => state.state === "Active");
  const shown = call.tenant.skus
    .filter((sku) => active.some((state) => state.skuId === sku.skuId))
    .map((sku) => ({
      id: guidOf(hashOf(entity.id + sku.skuId), 1),
      servicePlans: sku.servicePlans.map((plan) => ({
        ...plan,
        provisioningStatus: active.every(
          (state) => state.skuId !== sku.skuId || state.disabledPlans.includes(plan.servicePlanId),
        )
          ? "Disabled"
          : "Success",
      })),
      skuId: sku.skuId,
      skuPartNumber: sku.skuPartNumber,
    }));
  return { set: `users('${entity.id}')/licenseDetails`, shown };
}

/** One of them; the metadata document has it, the reference only the list. @throws GraphError 404 */
function oneDetail(call: Call): Answer {
  const { set, shown } = detailsOf(call);
  const id = call.params["detail"] ?? "";
  const one = shown.find((each) => each["id"] === id.toLowerCase());
  if (!one) throw notFound(id);
  return ok({ "@odata.context": contextOf(call.root, set, undefined, true), ...one });
}

const touchesUser: Route["touches"] = (call) => ({
  objects: [(call.params["user"] ?? "").toLowerCase()],
});

export const licenseRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/subscribedSkus",
    needs: READ_LICENSES,
    resourceUnits: 3,
    handle: listSkus,
  },
  { method: "GET", path: "/subscribedSkus/:sku", needs: READ_LICENSES, handle: getSku },
  {
    method: "POST",
    path: "/users/:user/assignLicense",
    needs: ASSIGN_TO_USERS,
    body: "required",
    touches: touchesUser,
    handle: assignUser,
  },
  {
    method: "POST",
    path: "/users/:user/reprocessLicenseAssignment",
    needs: WRITE_USERS,
    touches: touchesUser,
    handle: (call) => ok(shownUser(call, resolve(call, "user", call.params["user"] ?? "").entity)),
  },
  {
    method: "GET",
    path: "/users/:user/licenseDetails",
    needs: [...READ_LICENSES, "User.Read.All", "User.ReadWrite.All"],
    resourceUnits: 2,
    handle: (call) => {
      const { set, shown } = detailsOf(call);
      return resourceList(call, set, shown);
    },
  },
  {
    method: "GET",
    path: "/users/:user/licenseDetails/:detail",
    needs: [...READ_LICENSES, "User.Read.All", "User.ReadWrite.All"],
    handle: oneDetail,
  },
  {
    method: "POST",
    path: "/groups/:group/assignLicense",
    needs: ASSIGN_TO_GROUPS,
    body: "required",
    touches: (call) => ({ objects: [(call.params["group"] ?? "").toLowerCase()] }),
    handle: assignGroup,
  },
  {
    method: "GET",
    path: "/groups/:group/membersWithLicenseErrors",
    needs: READ_WHOLE_GROUPS,
    handle: (call) => {
      const { entity } = resolve(call, "group", call.params["group"] ?? "");
      return listAnswer(call, {
        type: "directoryObject",
        set: "directoryObjects",
        typed: true,
        source: entitiesSource(call.tenant.directory, membersWithErrors(call.tenant, entity)),
      });
    },
  },
];
