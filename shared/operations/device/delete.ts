import { deviceReference, required } from "../../catalogue/fields.ts";
import { final, saidBy } from "../../catalogue/judge.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { goneAfterDelete } from "../../catalogue/parts/deleting.ts";
import { deviceUrl } from "../../core/graph-request.ts";
import { devicePermissions, noDevice } from "./device-state.ts";

/** What shows people afterwards which device it was. */
const facts = ["id", "displayName", "deviceId", "operatingSystem", "accountEnabled"] as const;

/**
 * Deletes a device. Graph has no request that restores one. The page of the request (device-delete) names
 * Device.ReadWrite.All, whose own description excludes deleting: if Graph refuses, the application needs a
 * directory role. After a lost answer the row is done if the device is gone.
 */
export default defineOperation({
  summary: "Deletes a device for ever; it has to be registered or joined again.",
  fields: { device: required(deviceReference) },
  example: { device: "deviceId:4c299165-6e8f-4b45-a5ba-c5d250a707ff" },
  target: "object",
  permissions: devicePermissions,
  guarded: () => ({ "device-changes": 1 }),
  deletes: true,
  lookups: ({ device: ref }) => ({ device: { kind: "device", ref, select: facts } }),
  decide: (_payload, { device }) => {
    if (device?.state !== "found") return noDevice(device);
    const { id } = device;
    return {
      write: { target: { kind: "object", type: "device", object: id }, keys: [`object:${id}`] },
    };
  },
  touched: (_write, present) => {
    const shown = facts.filter((name) => name !== "id" && present?.[name] !== undefined);
    const before = Object.fromEntries(shown.map((name) => [name, present?.[name]]));
    return { ...(present && { before }), after: {} };
  },
  request: ({ target }) => ({ method: "DELETE", url: deviceUrl(target.object) }),
  judge: (answer, attempt) => {
    if (answer.status === 403) {
      return final({
        verdict: "failed",
        reason: `Graph does not let this application delete devices ${saidBy(answer)}`,
        fix: "Grant Device.ReadWrite.All with admin consent. If it is granted, give the application's service principal the directory role Cloud Device Administrator: the description of the permission excludes deleting.",
        objectId: attempt.write.target.object,
        cause: `403 ${answer.error?.code ?? "no code"}`,
      });
    }
    return goneAfterDelete(answer, attempt);
  },
  look: ({ target }) => ({
    method: "GET",
    url: `/devices/${target.object}?$select=${facts.join(",")}`,
  }),
  inPlace: (answer) => answer.status === 404,
  inverse: () => ({
    why: "Graph cannot restore a deleted device.",
    fix: "Register or join the device again (Settings, Access work or school).",
  }),
});
