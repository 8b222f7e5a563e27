import { sets } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { groupLicenses } from "../../licenses/license-operation.ts";

/** `(clear)` removes every license of the group. */
export default groupLicenses({
  summary: "Makes these licenses all that a group gives to its members.",
  fields: licenseFields.set,
  example: { group: "Sales team", licenses: "SPE_E3|AAD_PREMIUM", disabledPlans: "TEAMS1" },
  wish: sets,
});
