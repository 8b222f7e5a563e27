import { deviceState } from "./device-state.ts";

export default deviceState(false);
