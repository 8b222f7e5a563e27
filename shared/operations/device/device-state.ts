import { type DecidedRow, failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { deviceReference, required } from "../../catalogue/fields.ts";
import { type Found, type Operation, defineOperation } from "../../catalogue/operation.ts";
import { changedNothing, lacksBefore } from "../../catalogue/parts/values-back.ts";
import { touchedBy } from "../../catalogue/touched.ts";
import { recordOf } from "../../core/record.ts";

/** It reads devices as well (Graph reference, device-get). */
export const devicePermissions = ["Device.ReadWrite.All"];

/** The lookup of a device found none, or several. A batch creates no device. */
export const noDevice = (device: Found | undefined): DecidedRow =>
  notFound(
    "device",
    device?.state === "missing" || device?.state === "ambiguous" ? device : undefined,
  );

/** An operation that enables or disables a device; `inverse` does the other. */
export const setsDevice = (
  accountEnabled: boolean,
  own: Pick<Operation, "summary" | "guarded"> & { readonly inverse: string },
): Operation => {
  const [verb, state] = accountEnabled ? ["Enable", "enabled"] : ["Disable", "disabled"];
  return defineOperation({
    summary: own.summary,
    fields: { device: required(deviceReference) },
    example: { device: "deviceId:4c299165-6e8f-4b45-a5ba-c5d250a707ff" },
    target: "object",
    permissions: devicePermissions,
    guarded: own.guarded,
    lookups: ({ device: ref }) => ({
      device: { kind: "device", ref, select: ["id", "accountEnabled", "operatingSystem"] },
    }),
    decide: (_payload, { device }) => {
      if (device?.state !== "found") return noDevice(device);
      const { id, object } = device;
      if (object["accountEnabled"] === accountEnabled) {
        return unchangedRow(`The device is ${state}.`, id);
      }
      const system = object["operatingSystem"];
      if (typeof system === "string" && !/^windows/i.test(system)) {
        return failedRow(
          `Graph lets an application ${verb.toLowerCase()} Windows devices only (device-update), and this one runs ${system}.`,
          `${verb} it in the Entra admin center, or manage it with Intune.`,
        );
      }
      return {
        write: {
          target: { kind: "object", type: "device", object: id },
          set: { accountEnabled },
          keys: [`object:${id}`],
        },
      };
    },
    touched: ({ set = {} }, present) => touchedBy(set, present),
    request: ({ target }) => ({
      method: "PATCH",
      url: `/devices/${target.object}`,
      body: { accountEnabled },
    }),
    look: ({ target }) => ({
      method: "GET",
      url: `/devices/${target.object}?$select=id,accountEnabled`,
    }),
    inPlace: (answer) =>
      answer.status === 200 && recordOf(answer.body)["accountEnabled"] === accountEnabled,
    inverse: ({ object, before }) => {
      if (before === undefined) return lacksBefore;
      if (before["accountEnabled"] === accountEnabled) return changedNothing;
      return { operation: own.inverse, cells: { device: object }, onlyIf: { accountEnabled } };
    },
  });
};
