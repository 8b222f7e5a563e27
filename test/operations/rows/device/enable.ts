import { deviceState } from "./device-state.ts";

export default deviceState(true);
