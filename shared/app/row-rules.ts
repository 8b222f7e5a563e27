import { optInNames } from "../catalogue/opt-in.ts";
import { catalogue } from "../operations/list.ts";
import { type PasswordKey, passwordKeyMust, readPasswordKey } from "./passwords/password-key.ts";
import { operationNames, rule } from "./setting-rule.ts";

/** The settings of what rows may do. */
export const rowRules = {
  /** Operations that are off by default and that this deployment takes, with commas between: docs/threat-model.md says what each allows. */
  EXTRA_OPERATIONS: operationNames(optInNames(catalogue)),
  /** The public key that the passwords of new users, and of those whose password is reset, are sealed to in the report; without it they are kept nowhere (docs/passwords.md). */
  PASSWORD_KEY: rule<PasswordKey | "">({
    read: readPasswordKey,
    must: passwordKeyMust,
    fallback: "",
  }),
};
