import { assigns } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { userLicenses } from "../../licenses/license-operation.ts";

/** Graph replaces the disabled plans of a license that is assigned again; an empty cell leaves them alone. */
export default userLicenses({
  summary: "Assigns licenses to a user, each with all of its service plans or without some.",
  fields: licenseFields.assign,
  example: { user: "ann@contoso.com", licenses: "SPE_E3", disabledPlans: "MFA_PREMIUM|TEAMS1" },
  wish: assigns,
});
