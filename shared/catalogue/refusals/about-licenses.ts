import type { Cause } from "./cause.ts";

/** Why Graph does not change licenses (user-assignlicense, licensing-groups-resolve-problems). */
export const licenseCauses: readonly Cause[] = [
  {
    name: "no-seats",
    scope: "common",
    message: /does not have any available licenses|has no available licenses|CountViolation/i,
    why: "No seat is left (CountViolation)",
    fix: "Buy seats or take the license from somebody, then send the failed rows again (rerun).",
  },
  {
    name: "usage-location",
    scope: "row",
    message: /invalid usage location|ProhibitedInUsageLocation|usage ?location is not/i,
    why: "The user has no usage location, or one where the license may not be used",
    fix: "Set usageLocation with user.update, then send the row again in a new batch.",
  },
  {
    name: "plans-conflict",
    scope: "row",
    message: /mutually exclusive|MutuallyExclusive|cannot be assigned at the same time/i,
    why: "Two service plans of the user's licenses exclude each other (MutuallyExclusiveViolation)",
    fix: "Disable one of the plans that Graph names (disabledPlans), or replace the other license (swap-license).",
  },
  {
    name: "plan-needed",
    scope: "common",
    message: /depends on the service plan|DependencyViolation/i,
    why: "A service plan needs another one that the user would not have (DependencyViolation)",
    fix: "Enable the plan that Graph names, assign the license that has it in the same row, or disable the plan that needs it (disabledPlans); or remove both licenses in one row.",
  },
  {
    name: "license-inherited",
    scope: "row",
    message: /inherited from (a )?group membership/i,
    why: "The user has the license from a group, and Graph removes no inherited license from a user",
    fix: "Remove the user from the group, or the license from the group.",
  },
  {
    name: "license-unknown",
    scope: "common",
    message:
      /does not correspond to a valid company License|license .* cannot be assigned to a user|service plan .*(does not belong|is not part of)/i,
    why: "The tenant does not have the product any more, or the product does not have the plan",
    fix: "Renew the subscription, or name a product of the tenant that is for users, with its own plans.",
  },
  {
    name: "license-not-held",
    scope: "row",
    message: /does not have a corresponding license/i,
    why: "Somebody took one of the licenses to be removed after the plan, so that Graph changed nothing",
    fix: "No action needed if it was the only one; otherwise send the row again in a new batch, whose plan sees what is left.",
  },
  {
    name: "premium",
    scope: "common",
    code: /RequestFromNonPremiumTenant|PremiumLicenseRequired/,
    message: /doesn't have premium license|premium license|requires? .*(P1|P2) license/i,
    why: "The tenant lacks the Microsoft Entra ID license that this needs",
    fix: "Buy Microsoft Entra ID P1 or P2, or leave the operation out.",
  },
];
