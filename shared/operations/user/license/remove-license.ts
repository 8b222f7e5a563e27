import { removes } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { userLicenses } from "../../licenses/license-operation.ts";

/** What the user inherits from a group stays, because Graph removes only what was assigned directly. */
export default userLicenses({
  summary: "Removes licenses that were assigned to a user directly.",
  fields: licenseFields.remove,
  example: { user: "ann@contoso.com", licenses: "SPE_E3|AAD_PREMIUM" },
  wish: removes,
});
