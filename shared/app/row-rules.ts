import { optInNames } from "../catalogue/opt-in.ts";
import { catalogue } from "../operations/list.ts";
import { operationNames } from "./setting-rule.ts";

/** The settings of what rows may do. */
export const rowRules = {
  /** Operations that are off by default and that this deployment takes, with commas between: docs/threat-model.md says what each allows. */
  EXTRA_OPERATIONS: operationNames(optInNames(catalogue)),
};
