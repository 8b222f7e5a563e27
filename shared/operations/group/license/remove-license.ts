import { removes } from "../../licenses/decide-licenses.ts";
import { licenseFields } from "../../licenses/license-fields.ts";
import { groupLicenses } from "../../licenses/license-operation.ts";

/** Members lose them later. */
export default groupLicenses({
  summary: "Removes licenses from a group; members who have them from this group only lose them.",
  fields: licenseFields.remove,
  example: { group: "Sales team", licenses: "SPE_E3|AAD_PREMIUM" },
  wish: removes,
});
