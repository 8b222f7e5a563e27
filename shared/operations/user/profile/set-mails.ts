import { required, userReference } from "../../../catalogue/fields.ts";
import { setsProperties } from "../sets-properties.ts";
import { userProperties } from "../user-properties.ts";
import { valuesBack } from "../values-back.ts";

const fields = { otherMails: required(userProperties.otherMails) };

/** Sets the other mail addresses of a user; the list replaces the one before (Graph reference, user-update). */
export default setsProperties({
  summary: "Replaces the other mail addresses of a user (otherMails).",
  fields: { user: required(userReference), ...fields },
  example: { user: "ann@contoso.com", otherMails: "ann@example.com|a.lee@example.com" },
  properties: Object.keys(fields),
  inverse: valuesBack({ operation: "user.set-mails", fields }),
});
