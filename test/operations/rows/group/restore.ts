import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = { target: { kind: "object", type: "group", object: team }, keys: [] } as const;

export default {
  written: {
    payload: { group: team },
    found: {
      group: { state: "missing" },
      deleted: found(team, { displayName: "Team", mailNickname: "Team-1", uniqueName: null }),
    },
    keys: [`object:${team}`, "group-mailNickname:team-1", "group-displayName:team"],
    request: { method: "POST", url: `/directory/deletedItems/${team}/restore`, body: {} },
    touched: { before: { deleted: true }, after: { deleted: false } },
  },
  unchanged: { payload: { group: ann }, found: { group: found(ann) } },
  refused: [
    {
      when: "no deleted group has the id",
      payload: { group: team },
      found: { group: { state: "missing" }, deleted: { state: "missing" } },
      says: /No deleted group has this id/,
    },
  ],
  looks: [
    {
      when: "the group is back",
      answer: answer(200, undefined, "", { id: team }),
      write,
      is: "done",
    },
    { when: "the group is still deleted", answer: answer(404), write, is: "send again" },
  ],
  undone: [
    {
      done: done({ object: team }),
      inverse: { operation: "group.delete", cells: { group: team } },
    },
  ],
} satisfies OperationRow;
