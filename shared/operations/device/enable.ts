import { setsDevice } from "./device-state.ts";

export default setsDevice(true, {
  summary: "Enables a Windows device that is disabled.",
  guarded: () => ({}),
  inverse: "device.disable",
});
