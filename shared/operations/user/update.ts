import { failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { required, userReference } from "../../catalogue/fields.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { touchedBy } from "../../catalogue/touched.ts";
import { recordOf } from "../../core/record.ts";
import { notReplicatedYet, userWrite } from "./user-change.ts";
import { countsOf, permissionsToSet, userProperties } from "./user-properties.ts";
import { valuesBack } from "./values-back.ts";

const fields = { user: required(userReference), ...userProperties };

const changesOf = ({
  user: _user,
  ...set
}: PayloadOf<typeof fields>): PayloadOf<typeof userProperties> => set;

/** Sets properties of a user. The same PATCH twice has one effect, so looking compares the values. */
export default defineOperation({
  summary: "Sets or clears profile properties of a user.",
  fields,
  example: { user: "ann@contoso.com", jobTitle: "Engineer", mobilePhone: "(clear)" },
  target: "user",
  permissions: (columns) => permissionsToSet(columns.filter((column) => column !== "user")),
  allPermissions: permissionsToSet(Object.keys(userProperties)),
  guarded: (payload, found) => countsOf(changesOf(payload), found?.["user"]),
  lookups: (payload) => ({
    user: {
      kind: "user",
      ref: payload.user,
      select: ["id", ...Object.keys(changesOf(payload))],
    },
  }),
  decide: (payload, { user }) => {
    const set = changesOf(payload);
    if (Object.keys(set).length === 0) {
      return failedRow("The row sets no property.", "Fill at least one cell beside user.");
    }
    if (user?.state !== "found" && user?.state !== "coming") return notFound("user", user);
    return user.state === "found" && hasAll(user.object, set)
      ? unchangedRow("The user has these values.", user.id)
      : { write: userWrite(payload.user, user, set) };
  },
  touched: ({ set = {} }, present) => touchedBy(set, present),
  request: ({ target, set = {} }) => ({ method: "PATCH", url: `/users/${target.user}`, body: set }),
  judge: notReplicatedYet,
  look: ({ target, set = {} }) => ({
    method: "GET",
    url: `/users/${target.user}?$select=${[...new Set(["id", "userPrincipalName", ...Object.keys(set)])].join(",")}`,
  }),
  inPlace: (answer, { write }) =>
    answer.status === 200 && hasAll(recordOf(answer.body), write.set ?? {}),
  inverse: valuesBack,
});
