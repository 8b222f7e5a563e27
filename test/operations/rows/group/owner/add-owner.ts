import { ann, answer, team } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found, make } from "../../../operation-row.ts";
import { closedGroups } from "../closed-groups.ts";

const target = { kind: "edge", type: "owner", holder: team, object: ann } as const;
const listed = answer(200, undefined, "", { value: [{ id: ann }] });

export default {
  written: {
    payload: { group: "Team", owner: ann },
    found: { group: found(team, { groupTypes: ["DynamicMembership"] }) },
    keys: [`edge:owner:${team}/${ann}`, `edge:owner:of:${team}`, `object:${team}`, `object:${ann}`],
    request: {
      method: "POST",
      url: `/groups/${team}/owners/$ref`,
      body: { "@odata.id": `${make.graphRoot}/directoryObjects/${ann}` },
    },
    touched: { after: { ownership: "present" } },
  },
  refused: [
    {
      when: "the owner does not exist",
      payload: { group: team, owner: "ann@contoso.com" },
      found: { group: found(team), owner: { state: "missing" } },
      says: /No object.*column owner/,
    },
    ...closedGroups.map(({ when, group, says }) => ({
      when,
      payload: { group: team, owner: ann },
      found: { group },
      says,
    })),
  ],
  looks: [
    {
      when: "the owner is listed, absent before",
      answer: listed,
      write: { target, keys: [], was: "absent" },
      is: "done",
    },
    {
      when: "the owner is listed, present before",
      answer: listed,
      write: { target, keys: [], was: "present" },
      is: "unchanged",
    },
    {
      when: "the owner is not listed",
      answer: answer(200, undefined, "", { value: [] }),
      write: { target, keys: [] },
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ holder: team }),
      inverse: { operation: "group.remove-owner", cells: { group: team, owner: ann } },
    },
  ],
} satisfies OperationRow;
