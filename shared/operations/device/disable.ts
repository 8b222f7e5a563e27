import { setsDevice } from "./device-state.ts";

/** Nobody can sign in from the device any more; its certificate no longer counts. */
export default setsDevice(false, {
  summary: "Disables a Windows device, so that nobody can sign in from it.",
  guarded: () => ({ "device-changes": 1 }),
  inverse: "device.enable",
});
