import { answer, laptop } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const shown = (accountEnabled: boolean) => answer(200, undefined, "", { accountEnabled });

/** What is expected of the operation that enables devices, and of the one that disables them. */
export function deviceState(accountEnabled: boolean): OperationRow {
  const set = { accountEnabled };
  const before = { accountEnabled: !accountEnabled };
  const write = {
    target: { kind: "object", type: "device", object: laptop },
    keys: [],
    set,
  } as const;
  const as = (values: typeof set, operatingSystem = "Windows") => ({
    device: found(laptop, { ...values, operatingSystem }),
  });
  return {
    written: {
      payload: { device: laptop },
      found: as(before),
      keys: [`object:${laptop}`],
      request: { method: "PATCH", url: `/devices/${laptop}`, body: set },
      ...(!accountEnabled && { guarded: { "device-changes": 1 } }),
      touched: { before, after: set },
    },
    unchanged: { payload: { device: laptop }, found: as(set) },
    refused: [
      {
        when: "the device does not run Windows",
        payload: { device: laptop },
        found: as(before, "iOS"),
        says: /Windows devices only .* runs iOS/,
      },
    ],
    looks: [
      { when: "the device is so", answer: shown(accountEnabled), write, is: "done" },
      { when: "the device is not", answer: shown(!accountEnabled), write, is: "send again" },
    ],
    undone: [
      {
        done: done({ object: laptop, set, before }),
        inverse: {
          operation: accountEnabled ? "device.disable" : "device.enable",
          cells: { device: laptop },
          onlyIf: set,
        },
      },
    ],
    live: {
      seed: async (directory) => ({ device: await directory.addDevice(before) }),
      state: (directory, { device }) => directory.read(`/devices/${device}?$select=accountEnabled`),
      done: set,
      refusals: [
        {
          when: "no device has the id",
          seed: async () => ({ device: "deviceId:4c299165-6e8f-4b45-a5ba-c5d250a707ff" }),
          says: /No object has the id or name in column device/,
        },
        {
          when: "the device does not run Windows",
          seed: async (directory) => ({
            device: await directory.addDevice({ ...before, operatingSystem: "Android" }),
          }),
          says: /runs Android/,
        },
        {
          when: "the device is deleted after the plan",
          seed: async (directory) => ({ device: await directory.addDevice(before) }),
          meanwhile: (directory, { device }) => directory.ask("DELETE", `/devices/${device}`),
          says: /does not exist any more/,
        },
      ],
    },
  };
}
