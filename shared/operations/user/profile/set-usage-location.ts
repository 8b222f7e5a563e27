import { required, userReference } from "../../../catalogue/fields.ts";
import { setsProperties } from "../sets-properties.ts";
import { userProperties } from "../user-properties.ts";
import { valuesBack } from "../values-back.ts";

const fields = { usageLocation: required(userProperties.usageLocation) };

/** Sets the country in which a user's licenses are used; no license can be assigned without it. */
export default setsProperties({
  summary: "Sets the usage location of a user, without which Graph assigns no license.",
  fields: { user: required(userReference), ...fields },
  example: { user: "ann@contoso.com", usageLocation: "DE" },
  properties: Object.keys(fields),
  inverse: valuesBack({ operation: "user.set-usage-location", fields }),
});
