import { required, userReference } from "../../../catalogue/fields.ts";
import { setsProperties } from "../sets-properties.ts";
import { userProperties } from "../user-properties.ts";
import { valuesBack } from "../values-back.ts";

const { userPrincipalName, mail, mailNickname } = userProperties;
const properties = { userPrincipalName: required(userPrincipalName), mail, mailNickname };

/** Gives a user another name to sign in with. The user's id, and what hangs on it, stays. */
export default setsProperties({
  summary: "Gives a user another userPrincipalName and, if wanted, another mail and mailNickname.",
  fields: { user: required(userReference), ...properties },
  example: {
    user: "ann@contoso.com",
    userPrincipalName: "ann.lee@contoso.com",
    mail: "ann.lee@contoso.com",
  },
  properties: Object.keys(properties),
  inverse: valuesBack({ operation: "user.rename", fields: properties }),
});
