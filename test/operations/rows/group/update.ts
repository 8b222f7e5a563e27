import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";
import { closedGroups } from "./closed-groups.ts";

const write = {
  target: { kind: "object", type: "group", object: team },
  set: { description: "Sellers", classification: null },
  keys: [],
} as const;

export default {
  written: {
    payload: { group: "Team", displayName: "Sales", description: null },
    found: { group: found(team, { displayName: "Team", description: "Old", groupTypes: [] }) },
    keys: [`object:${team}`, "group-displayName:sales"],
    request: {
      method: "PATCH",
      url: `/groups/${team}`,
      body: { displayName: "Sales", description: null },
    },
    guarded: { "cleared-values": 1 },
    touched: {
      before: { displayName: "Team", description: "Old" },
      after: { displayName: "Sales", description: null },
    },
  },
  unchanged: {
    payload: { group: ann, description: null, theme: "Teal" },
    found: { group: found(ann, { theme: "Teal" }) },
  },
  refused: [
    {
      when: "it sets nothing",
      payload: { group: team },
      found: { group: found(team) },
      says: /sets no property/,
    },
    {
      when: "two groups have the name",
      payload: { group: "Team", description: "x" },
      found: { group: { state: "ambiguous", count: 2 } },
      says: /More than one/,
    },
    {
      when: "the group has another unique name",
      payload: { group: team, uniqueName: "new" },
      found: { group: found(team, { uniqueName: "old" }) },
      says: /only once/,
    },
    ...closedGroups.map(({ when, group, says }) => ({
      when,
      payload: { group: team, description: "x" },
      found: { group },
      says,
    })),
  ],
  looks: [
    {
      when: "the group has the values",
      answer: answer(200, undefined, "", { id: team, description: "Sellers" }),
      write,
      is: "done",
    },
    {
      when: "the group has another value",
      answer: answer(200, undefined, "", { id: team, description: "Old" }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({
        object: team,
        set: { description: "Sellers", classification: null, visibility: "Private" },
        before: { description: null, classification: "Open", visibility: "Public" },
      }),
      inverse: {
        operation: "group.update",
        cells: { group: team, description: null, classification: "Open", visibility: "Public" },
        onlyIf: { description: "Sellers", classification: null, visibility: "Private" },
      },
    },
  ],
  notUndone: [
    {
      when: "the unique name was given first by the row",
      done: done({ object: team, set: { uniqueName: "a" }, before: { uniqueName: null } }),
      says: /uniqueName had no value/,
    },
    { when: "the values before are gone", done: done({ set: { theme: "Red" } }), says: /not kept/ },
  ],
} satisfies OperationRow;
