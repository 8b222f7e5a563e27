import { sets } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { userLicenses } from "../../licenses/license-operation.ts";

/** What the user inherits from groups stays; `(clear)` removes every license of its own. */
export default userLicenses({
  summary: "Makes these licenses all that are assigned to a user directly.",
  fields: licenseFields.set,
  example: { user: "ann@contoso.com", licenses: "SPE_E3|AAD_PREMIUM", disabledPlans: "TEAMS1" },
  wish: sets,
});
