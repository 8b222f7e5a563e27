import { setsAccount } from "./account-state.ts";

/** Blocks sign-in of a user. Setting `accountEnabled` again has no further effect. */
export default setsAccount(false, {
  summary: "Blocks sign-in of a user.",
  inverse: "user.enable",
});
