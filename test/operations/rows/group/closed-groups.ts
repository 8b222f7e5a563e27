import { team } from "../../../catalogue/answers.ts";
import { found } from "../../operation-row.ts";

/** Groups that no application with this one's permissions can change, and what is said of them. */
export const closedGroups = [
  {
    when: "the group is synchronised",
    group: found(team, { onPremisesSyncEnabled: true }),
    says: /on-premises/,
  },
  {
    when: "the group is mail-enabled",
    group: found(team, { mailEnabled: true, groupTypes: [] }),
    says: /distribution list/,
  },
  {
    when: "the group is role-assignable",
    group: found(team, { isAssignableToRole: true }),
    says: /can hold directory roles/,
  },
] as const;
