import { assigns } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { groupLicenses } from "../../licenses/license-operation.ts";

/** Graph gives them to the members later: it answers 202, and the group's assignedLicenses tell. */
export default groupLicenses({
  summary: "Assigns licenses to a group, whose members then inherit them.",
  fields: licenseFields.assign,
  example: { group: "Sales team", licenses: "SPE_E3", disabledPlans: "MFA_PREMIUM|TEAMS1" },
  wish: assigns,
});
