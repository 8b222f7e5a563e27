import { answer, laptop } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = {
  target: { kind: "object", type: "device", object: laptop },
  keys: [],
  set: { accountEnabled: false },
} as const;
const shown = (accountEnabled: boolean) => answer(200, undefined, "", { accountEnabled });
const as = (accountEnabled: boolean, operatingSystem = "Windows") => ({
  device: found(laptop, { accountEnabled, operatingSystem }),
});

export default {
  written: {
    payload: { device: laptop },
    found: as(true),
    keys: [`object:${laptop}`],
    request: { method: "PATCH", url: `/devices/${laptop}`, body: { accountEnabled: false } },
    guarded: { "device-changes": 1 },
    touched: { before: { accountEnabled: true }, after: { accountEnabled: false } },
  },
  unchanged: { payload: { device: laptop }, found: as(false) },
  refused: [
    {
      when: "the device does not run Windows",
      payload: { device: laptop },
      found: as(true, "iOS"),
      says: /Windows devices only .* runs iOS/,
    },
  ],
  looks: [
    { when: "the device is disabled", answer: shown(false), write, is: "done" },
    { when: "the device is not", answer: shown(true), write, is: "send again" },
  ],
  undone: [
    {
      done: done({
        object: laptop,
        set: { accountEnabled: false },
        before: { accountEnabled: true },
      }),
      inverse: {
        operation: "device.enable",
        cells: { device: laptop },
        onlyIf: { accountEnabled: false },
      },
    },
  ],
  live: {
    seed: async (directory) => ({ device: await directory.addDevice({ accountEnabled: true }) }),
    state: (directory, { device }) => directory.read(`/devices/${device}?$select=accountEnabled`),
    done: { accountEnabled: false },
    refusals: [
      {
        when: "no device has the id",
        seed: async () => ({ device: "deviceId:4c299165-6e8f-4b45-a5ba-c5d250a707ff" }),
        says: /No object has the id or name in column device/,
      },
      {
        when: "the device does not run Windows",
        seed: async (directory) => ({
          device: await directory.addDevice({
            accountEnabled: true,
            operatingSystem: "Android",
          }),
        }),
        says: /runs Android/,
      },
      {
        when: "the device is deleted after the plan",
        seed: async (directory) => ({
          device: await directory.addDevice({ accountEnabled: true }),
        }),
        meanwhile: (directory, { device }) => directory.ask("DELETE", `/devices/${device}`),
        says: /does not exist any more/,
      },
    ],
  },
} satisfies OperationRow;
