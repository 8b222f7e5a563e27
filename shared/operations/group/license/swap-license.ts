import { swaps } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { groupLicenses } from "../../licenses/license-operation.ts";

/** In one request members are at no time without a license. */
export default groupLicenses({
  summary: "Replaces licenses of a group by others in one request.",
  fields: licenseFields.swap,
  example: {
    group: "Sales team",
    remove: "ENTERPRISEPACK",
    add: "SPE_E3",
    disabledPlans: "MFA_PREMIUM",
  },
  wish: swaps,
});
