import { failedRow, notFound, unchangedRow } from "../../catalogue/decided-row.ts";
import { groupReference, required } from "../../catalogue/fields.ts";
import { selecting } from "../../catalogue/kinds/selecting.ts";
import { defineOperation } from "../../catalogue/operation.ts";
import { isTaken, refusedAsTaken } from "../../catalogue/parts/making.ts";
import { valuesBackBy } from "../../catalogue/parts/values-back.ts";
import type { PayloadOf } from "../../catalogue/payload.ts";
import { hasAll } from "../../catalogue/same-value.ts";
import { touchedBy } from "../../catalogue/touched.ts";
import { recordOf } from "../../core/record.ts";
import { groupFacts, whyClosed } from "./closed-group.ts";
import { groupWrite, madeGroup } from "./group-change.ts";
import { countsOf, groupProperties } from "./group-properties.ts";

const fields = { group: required(groupReference), ...groupProperties };

/** Graph has no narrower permission, for any of these properties. */
const permissions = ["Group.ReadWrite.All"];

const changesOf = ({
  group: _group,
  ...set
}: PayloadOf<typeof fields>): PayloadOf<typeof groupProperties> => set;

/** The row that sets each property of the group back. */
export const groupValuesBack = valuesBackBy("group.update", "group", groupProperties);

/** Sets properties of a group. The same PATCH twice has one effect, so looking compares the values. */
export default defineOperation({
  summary: "Sets or clears properties of a group.",
  fields,
  example: { group: "Sales Munich", description: "Everybody who sells in Munich" },
  target: "object",
  permissions,
  guarded: (payload, found) => countsOf(changesOf(payload), found?.["group"]),
  lookups: (payload) => ({
    group: {
      kind: "group",
      ref: payload.group,
      select: [...groupFacts, ...Object.keys(changesOf(payload))],
    },
  }),
  decide: (payload, { group }) => {
    const set = changesOf(payload);
    if (Object.keys(set).length === 0) {
      return failedRow("The row sets no property.", "Fill at least one cell beside group.");
    }
    if (group?.state !== "found" && group?.state !== "coming") return notFound("group", group);
    if (group.state === "coming") return { write: groupWrite(group, set) };
    const closed = whyClosed(group.object, "group");
    if (closed) return closed;
    const { uniqueName } = group.object;
    if (set.uniqueName !== undefined && typeof uniqueName === "string") {
      if (uniqueName !== set.uniqueName) {
        return failedRow(
          "The group has another uniqueName, and Graph lets it be set only once.",
          "Leave the cell uniqueName empty.",
        );
      }
    }
    return hasAll(group.object, set)
      ? unchangedRow("The group has these values.", group.id)
      : { write: groupWrite(group, set) };
  },
  touched: ({ set = {} }, present) => touchedBy(set, present),
  request: ({ target, set = {} }) => ({
    method: "PATCH",
    url: `/groups/${target.object}`,
    body: set,
  }),
  judge: (answer, attempt) =>
    isTaken(answer) ? refusedAsTaken(madeGroup, answer, attempt.write.target.object) : undefined,
  look: ({ target, set = {} }) => ({
    method: "GET",
    url: `/groups/${target.object}${selecting(["id", "displayName", ...Object.keys(set)])}`,
  }),
  inPlace: (answer, { write }) =>
    answer.status === 200 && hasAll(recordOf(answer.body), write.set ?? {}),
  inverse: groupValuesBack,
});
