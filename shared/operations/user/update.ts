import { required, userReference } from "../../catalogue/fields.ts";
import { setsProperties } from "./sets-properties.ts";
import { userProperties } from "./user-properties.ts";
import { valuesBack } from "./values-back.ts";

/** Sets properties of a user. */
export default setsProperties({
  summary: "Sets or clears profile properties of a user.",
  fields: { user: required(userReference), ...userProperties },
  example: { user: "ann@contoso.com", jobTitle: "Engineer", mobilePhone: "(clear)" },
  properties: Object.keys(userProperties),
  inverse: valuesBack(),
});
