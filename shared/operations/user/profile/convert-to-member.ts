import { setsUserType } from "./user-type.ts";

/** Makes a guest a member, who may see the directory as employees do. How the user signs in stays. */
export default setsUserType("Member", {
  summary: "Makes a guest a member; how the user signs in stays as it is.",
  inverse: "user.convert-to-guest",
});
