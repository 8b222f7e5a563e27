import { required, text, userReference } from "../../../catalogue/fields.ts";
import type { Field } from "../../../catalogue/payload.ts";
import { recordOf } from "../../../core/record.ts";
import { setsProperties } from "../sets-properties.ts";
import { extensionAttributes } from "../user-properties.ts";
import { valuesBack } from "../values-back.ts";

const PROPERTY = "onPremisesExtensionAttributes";

/** Lengths: Graph reference, resources/onpremisesextensionattributes. */
const fields: Readonly<Record<string, Field>> = Object.fromEntries(
  extensionAttributes.map((name) => [name, text(1024)]),
);

/** Sets extension attributes of a user, each in a column of its own; the others keep their values. */
export default setsProperties({
  summary: "Sets or clears extension attributes of a user, each in a column of its own.",
  fields: { user: required(userReference), ...fields },
  example: {
    user: "ann@contoso.com",
    extensionAttribute1: "cost-center-17",
    extensionAttribute2: "(clear)",
  },
  properties: [PROPERTY],
  set: ({ user: _user, ...attributes }) =>
    Object.keys(attributes).length === 0 ? {} : { [PROPERTY]: attributes },
  inverse: valuesBack({
    operation: "user.set-extension-attributes",
    fields,
    cells: (values) => recordOf(values[PROPERTY]),
  }),
});
