import { namedByEnvironment, oneAtATime, smallRanges, tagged } from "./rules/accepted.ts";
import { described, noLeftovers, understood, used, wired } from "./rules/complete.ts";
import { decisionAppIsHarmless } from "./rules/decision-app.ts";
import {
  deadLettersAreWatched,
  deliveredByIdentity,
  filtersAreExact,
  rolesComeFirst,
} from "./rules/events.ts";
import { brakesStay, fitsFlex, hardened, secretless, unkeyed } from "./rules/hardened.ts";
import {
  alwaysReadyFunctions,
  containers,
  functionNames,
  lifecycle,
  namesReachTheirPlace,
  queues,
  schedules,
  settingDefaults,
  settings,
} from "./rules/matches-product.ts";
import { permissionsAreDocumented } from "./rules/permission-tables.ts";
import {
  appAsksGraphOnly,
  featuresAreOffered,
  featuresAreOperations,
  grantsAreAsked,
  grantsNothingMore,
  idsAreKnown,
  nothingTooBroad,
} from "./rules/permissions.ts";
import {
  certificatePolicy,
  compilerConfig,
  disabledWithReason,
  globalCloud,
} from "./rules/pinned.ts";
import {
  decidersOnlyDecide,
  noWiderScope,
  rolesAreDocumented,
  rolesInOnePlace,
  submittersOnlySubmit,
} from "./rules/roles.ts";
import type { Rule } from "./rules/rule.ts";
import { answersAreChecked, providersAreKnown } from "./rules/scripts.ts";
import { alertsWatchEverything, queriesFollowTheContract } from "./rules/telemetry.ts";

/** Every rule, by name. The tests do not type-check until they break a new one. */
export const rules = {
  understood,
  described,
  used,
  wired,
  noLeftovers,
  hardened,
  unkeyed,
  secretless,
  fitsFlex,
  brakesStay,
  oneAtATime,
  smallRanges,
  namedByEnvironment,
  tagged,
  settingDefaults,
  settings,
  functionNames,
  alwaysReadyFunctions,
  queues,
  containers,
  namesReachTheirPlace,
  schedules,
  lifecycle,
  featuresAreOperations,
  featuresAreOffered,
  grantsAreAsked,
  idsAreKnown,
  grantsNothingMore,
  nothingTooBroad,
  appAsksGraphOnly,
  permissionsAreDocumented,
  rolesInOnePlace,
  noWiderScope,
  submittersOnlySubmit,
  decidersOnlyDecide,
  decisionAppIsHarmless,
  rolesAreDocumented,
  queriesFollowTheContract,
  alertsWatchEverything,
  deliveredByIdentity,
  filtersAreExact,
  deadLettersAreWatched,
  rolesComeFirst,
  certificatePolicy,
  compilerConfig,
  disabledWithReason,
  globalCloud,
  answersAreChecked,
  providersAreKnown,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
