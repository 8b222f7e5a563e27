import { answer, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";
import { closedGroups } from "./closed-groups.ts";

const write = { target: { kind: "object", type: "group", object: team }, keys: [] } as const;

export default {
  written: {
    payload: { group: "Team" },
    found: {
      group: found(team, {
        id: team,
        displayName: "Team",
        mailNickname: "team",
        uniqueName: null,
        groupTypes: ["Unified"],
        mailEnabled: true,
      }),
    },
    keys: [`object:${team}`, "group-mailNickname:team", "group-displayName:team"],
    request: { method: "DELETE", url: `/groups/${team}` },
    guarded: { "group-deletes": 1 },
    touched: {
      before: {
        groupTypes: ["Unified"],
        mailEnabled: true,
        displayName: "Team",
        mailNickname: "team",
      },
      after: {},
    },
  },
  refused: [
    {
      when: "there is no such group",
      payload: { group: "Team" },
      found: { group: { state: "missing" } },
      says: /No object.*column group/,
    },
    ...closedGroups.map(({ when, group, says }) => ({
      when,
      payload: { group: team },
      found: { group },
      says,
    })),
  ],
  looks: [
    { when: "the group is gone", answer: answer(404), write, is: "done" },
    {
      when: "the group is there",
      answer: answer(200, undefined, "", { id: team }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ object: team, daysAgo: 29 }),
      inverse: { operation: "group.restore", cells: { group: team } },
    },
  ],
  notUndone: [
    {
      when: "the group was deleted 30 days ago",
      done: done({ object: team, daysAgo: 30 }),
      says: /30 days ago/,
    },
  ],
} satisfies OperationRow;
