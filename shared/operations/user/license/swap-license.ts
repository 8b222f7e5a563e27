import { swaps } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { userLicenses } from "../../licenses/license-operation.ts";

/** In one request the user is at no time without a license. */
export default userLicenses({
  summary: "Replaces licenses of a user by others in one request.",
  fields: licenseFields.swap,
  example: {
    user: "ann@contoso.com",
    remove: "ENTERPRISEPACK",
    add: "SPE_E3",
    disabledPlans: "MFA_PREMIUM",
  },
  wish: swaps,
});
