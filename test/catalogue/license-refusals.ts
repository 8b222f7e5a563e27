import { toObjectId } from "../../shared/core/object-id.ts";
import { TENANT } from "../cloud/graph/testing/graph-fixture.ts";
import { NOBODY, type Pair, control, user } from "./refusal-pair.ts";

const O365 = "6fd2c87f-b296-42f0-b197-1e91e994b900";

/** Refusals of changes of licenses and devices. */
export const licenseRefusals: readonly Pair[] = [
  {
    says: /has the license from a group, and Graph removes no inherited license/,
    name: "user.remove-license",
    because: "a license that the user has from a group",
    source: "seen in issues",
    cause: async ({ graph, clock, ann, group }) => {
      const change = { addLicenses: [{ skuId: O365, disabledPlans: [] }], removeLicenses: [] };
      await graph.send("POST", `/groups/${group}/assignLicense`, change);
      await clock.jump(2001);
      return user(ann, { [`ENTERPRISEPACK ${O365}`]: null });
    },
  },
  {
    says: /^unchanged: Somebody took the license after the plan/,
    name: "user.remove-license",
    because: "a license that the user does not have any more",
    source: "seen in issues",
    cause: async ({ ann }) => user(ann, { [`ENTERPRISEPACK ${O365}`]: null }),
  },
  {
    says: /^doubt: a license to be removed is gone, perhaps by this row/,
    name: "user.remove-license",
    because: "a license that its own first request took",
    source: "seen in issues",
    seen: { doubted: true },
    cause: async ({ ann }) => user(ann, { [`ENTERPRISEPACK ${O365}`]: null }),
  },
  {
    says: /^retry: what an earlier row changed has not replicated yet/,
    name: "user.assign-license",
    because: "a usage location that an earlier row has just set",
    source: "seen in issues",
    cause: async ({ ann }) => ({
      ...user(ann, { [`ENTERPRISEPACK ${O365}`]: { assigned: true } }),
      after: [1],
    }),
  },
  {
    says: /The tenant does not have the product any more/,
    name: "user.assign-license",
    because: "a product whose subscription is gone",
    source: "seen in issues",
    cause: async ({ graph, ann }) => {
      control(graph, "update", { id: ann, values: { usageLocation: "DE" } });
      return user(ann, { [`GONE ${NOBODY}`]: { assigned: true } });
    },
  },
  {
    says: /give the application's service principal the directory role Cloud Device Administrator/,
    name: "device.delete",
    because: "an application that may not delete devices",
    source: "device-delete",
    as: { roles: ["Device.Read.All"] },
    cause: async ({ graph }) => {
      const device = graph.app.control("create", {
        tenant: TENANT,
        kind: "device",
        values: { displayName: "laptop", operatingSystem: "Windows" },
      });
      return {
        target: { kind: "object", type: "device", object: toObjectId(device.id) },
        keys: [],
      };
    },
  },
];
