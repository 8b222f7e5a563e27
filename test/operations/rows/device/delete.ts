import { answer, laptop } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = { target: { kind: "object", type: "device", object: laptop }, keys: [] } as const;

export default {
  written: {
    payload: { device: "Laptop 7" },
    found: { device: found(laptop, { id: laptop, displayName: "Laptop 7", accountEnabled: true }) },
    keys: [`object:${laptop}`],
    request: { method: "DELETE", url: `/devices/${laptop}` },
    guarded: { "device-changes": 1 },
    touched: { before: { displayName: "Laptop 7", accountEnabled: true }, after: {} },
  },
  refused: [
    {
      when: "two devices have the name",
      payload: { device: "Laptop 7" },
      found: { device: { state: "ambiguous", count: 2 } },
      says: /More than one/,
    },
  ],
  looks: [
    { when: "the device is gone", answer: answer(404), write, is: "done" },
    { when: "the device is there", answer: answer(200), write, is: "send again" },
  ],
  undone: [],
  notUndone: [
    {
      when: "the device is deleted for ever",
      done: done({ object: laptop }),
      says: /cannot restore a deleted device/,
    },
  ],
  live: {
    seed: async (directory) => ({ device: await directory.addDevice({ operatingSystem: "iOS" }) }),
    state: (directory, { device }) => directory.read(`/devices/${device}?$select=displayName`),
    done: null,
    refusals: [
      {
        when: "somebody deletes the device after the plan",
        seed: async (directory) => ({ device: await directory.addDevice() }),
        meanwhile: (directory, { device }) => directory.ask("DELETE", `/devices/${device}`),
        says: /deleted after the plan, not by this row/,
        verdict: "unchanged",
      },
    ],
  },
} satisfies OperationRow;
