import { interactionRequired, invalidGrant, type RefusalRules } from "./rule.ts";

/**
 * Refusals of a user's sign-in. A client-credentials request never causes them: they exist to be
 * injected, as if a proxy or a wrong flow had caused them.
 */
export const userRefusals: RefusalRules = {
  50034: invalidGrant(
    (c) =>
      `The user account ${c.detail} does not exist in the ${c.tenant} directory. To sign into this application, the account must be added to the directory.`,
  ),
  50053: invalidGrant(
    () =>
      "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  ),
  50055: invalidGrant(() => "The password is expired."),
  50056: invalidGrant(
    () => "Invalid or null password: password doesn't exist in the directory for this user.",
  ),
  50057: invalidGrant(() => "The user account is disabled."),
  50058: interactionRequired(() => "A silent sign-in request was sent but no user is signed in."),
  50076: interactionRequired(
    () =>
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
  ),
  50079: interactionRequired(
    () =>
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.",
  ),
  50126: invalidGrant(() => "Error validating credentials due to invalid username or password."),
};
