import { required, userReference } from "../../../catalogue/fields.ts";
import { setsProperties } from "../sets-properties.ts";
import { userProperties } from "../user-properties.ts";
import { valuesBack } from "../values-back.ts";

const { businessPhones, mobilePhone } = userProperties;
const fields = { businessPhones, mobilePhone };

/** Sets telephone numbers of a user, with no permission over the rest of the profile. */
export default setsProperties({
  summary: "Sets or clears the telephone numbers of a user.",
  fields: { user: required(userReference), ...fields },
  example: {
    user: "ann@contoso.com",
    businessPhones: "+49 30 1234567",
    mobilePhone: "(clear)",
  },
  properties: Object.keys(fields),
  inverse: valuesBack({ operation: "user.set-phones", fields }),
});
