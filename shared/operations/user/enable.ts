import { setsAccount } from "./account-state.ts";

/** Allows sign-in of a user again. Setting `accountEnabled` again has no further effect. */
export default setsAccount(true, {
  summary: "Allows sign-in of a user whose account is disabled.",
  inverse: "user.disable",
});
