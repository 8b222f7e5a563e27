import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type TestDirectory, newName } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";
import { closedGroups } from "./closed-groups.ts";
import { closedSeeds } from "./closed-groups.ts";

const write = {
  target: { kind: "object", type: "group", object: team },
  set: { description: "Sellers", classification: null },
  keys: [],
} as const;

export default {
  written: {
    payload: { group: "Team", displayName: "Sales", description: null, securityEnabled: false },
    found: {
      group: found(team, {
        displayName: "Team",
        description: "Old",
        securityEnabled: true,
        groupTypes: ["Unified"],
      }),
    },
    keys: [`object:${team}`, "named:group/displayName:sales"],
    request: {
      method: "PATCH",
      url: `/groups/${team}`,
      body: { displayName: "Sales", description: null, securityEnabled: false },
    },
    guarded: { "cleared-group-values": 2 },
    touched: {
      before: { displayName: "Team", description: "Old", securityEnabled: true },
      after: { displayName: "Sales", description: null, securityEnabled: false },
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
  live: {
    seed: async (directory) => ({
      group: await directory.addGroup({ description: "Old", visibility: "Public" }),
      description: "Everybody who sells",
      classification: "Internal",
    }),
    state: (directory, { group }) =>
      directory.read(`/groups/${group}?$select=description,classification,visibility`),
    done: {
      description: "Everybody who sells",
      classification: "Internal",
      visibility: "Public",
    },
    refusals: [
      ...closedSeeds.map(({ when, values, says }) => ({
        when,
        seed: async (directory: TestDirectory) => ({
          group: await directory.addGroup(values),
          description: "x",
        }),
        says,
      })),
      {
        when: "the nickname is another Microsoft 365 group's",
        seed: async (directory) => {
          const mailNickname = newName("nick");
          const unified = { groupTypes: ["Unified"], mailEnabled: true };
          await directory.addGroup({ ...unified, mailNickname });
          return { group: await directory.addGroup(unified), mailNickname };
        },
        says: /Another object has this mailNickname: group-/,
      },
      {
        when: "the unique name is another group's",
        seed: async (directory) => {
          const uniqueName = newName("unique");
          await directory.addGroup({ uniqueName });
          return { group: await directory.addGroup(), uniqueName };
        },
        says: /Another object has this uniqueName: group-/,
      },
      {
        when: "the group has another unique name",
        seed: async (directory) => ({
          group: await directory.addGroup({ uniqueName: newName("old") }),
          uniqueName: newName("new"),
        }),
        says: /only once/,
      },
      {
        when: "the group is in a restricted administrative unit",
        seed: async (directory) => ({
          group: await directory.addGroup({ isManagementRestricted: true }),
          description: "x",
        }),
        says: /restricted management administrative unit/,
      },
      {
        when: "the group becomes synchronized after the plan",
        seed: async (directory) => ({ group: await directory.addGroup(), description: "x" }),
        meanwhile: (directory, { group = "" }) =>
          directory.control("update", { id: group, values: { onPremisesSyncEnabled: true } }),
        says: /on-premises/,
      },
      {
        when: "the group is deleted after the plan",
        seed: async (directory) => ({ group: await directory.addGroup(), description: "x" }),
        meanwhile: (directory, { group }) => directory.ask("DELETE", `/groups/${group}`),
        says: /does not exist/,
      },
      {
        when: "it has the value already",
        seed: async (directory) => ({
          group: await directory.addGroup({ description: "x" }),
          description: "x",
        }),
        verdict: "unchanged",
        says: /has these values/,
      },
    ],
  },
} satisfies OperationRow;
