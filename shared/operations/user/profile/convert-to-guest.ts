import { setsUserType } from "./user-type.ts";

/** Makes a member a guest, who sees little of the directory. How the user signs in stays. */
export default setsUserType("Guest", {
  summary: "Makes a member a guest; how the user signs in stays as it is.",
  inverse: "user.convert-to-member",
});
