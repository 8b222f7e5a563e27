import { team } from "../../../catalogue/answers.ts";
import { found } from "../../operation-row.ts";

/** What groups have that no application with this one's permissions can change, and what is said of them. */
export const closedSeeds = [
  {
    when: "the group is synchronized",
    values: { onPremisesSyncEnabled: true, mailEnabled: false },
    says: /on-premises/,
  },
  {
    when: "the group is mail-enabled",
    values: { mailEnabled: true, groupTypes: [] },
    says: /distribution list/,
  },
  {
    when: "the group is role-assignable",
    values: { isAssignableToRole: true, mailEnabled: false },
    says: /can hold directory roles/,
  },
] as const;

/** The same groups as lookups find them. */
export const closedGroups = closedSeeds.map(({ when, values, says }) => ({
  when,
  group: found(team, values),
  says,
}));
