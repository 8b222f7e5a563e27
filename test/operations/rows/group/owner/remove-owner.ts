import { ann, answer, team } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";
import { closedGroups } from "../closed-groups.ts";

const target = { kind: "edge", type: "owner", holder: team, object: ann } as const;
const unlisted = answer(200, undefined, "", { value: [] });

export default {
  written: {
    payload: { group: team, owner: "ann@contoso.com" },
    found: { group: found(team), owner: found(ann) },
    keys: [`edge:owner:${team}/${ann}`, `edge:owner:of:${team}`, `object:${team}`, `object:${ann}`],
    request: { method: "DELETE", url: `/groups/${team}/owners/${ann}/$ref` },
    guarded: { "membership-removals": 1 },
    touched: { after: { ownership: "absent" } },
  },
  refused: closedGroups.map(({ when, group, says }) => ({
    when,
    payload: { group: team, owner: ann },
    found: { group },
    says,
  })),
  looks: [
    {
      when: "the owner is not listed, present before",
      answer: unlisted,
      write: { target, keys: [], was: "present" },
      is: "done",
    },
    {
      when: "an owner that lists leave out",
      answer: unlisted,
      write: { target, keys: [] },
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ holder: team }),
      inverse: { operation: "group.add-owner", cells: { group: team, owner: ann } },
    },
  ],
} satisfies OperationRow;
