import { answer, team } from "../../../catalogue/answers.ts";
import { type TestDirectory, newName } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";
import { closedGroups } from "./closed-groups.ts";
import { closedSeeds } from "./closed-groups.ts";

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
    keys: [`object:${team}`, "named:group/mailNickname:team", "named:group/displayName:team"],
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
  live: {
    seed: async (directory) => ({ group: await directory.addGroup() }),
    state: (directory, { group }) => directory.read(`/groups/${group}?$select=securityEnabled`),
    done: null,
    refusals: [
      ...closedSeeds.map(({ when, values, says }) => ({
        when,
        seed: async (directory: TestDirectory) => ({
          group: await directory.addGroup(values),
        }),
        says,
      })),
      {
        when: "two groups have the name",
        seed: async (directory) => {
          const displayName = newName("twice");
          await directory.addGroup({ displayName });
          await directory.addGroup({ displayName });
          return { group: displayName };
        },
        says: /More than one/,
      },
      {
        when: "the group is in a restricted administrative unit",
        seed: async (directory) => ({
          group: await directory.addGroup({ isManagementRestricted: true }),
        }),
        says: /restricted management administrative unit/,
      },
      {
        when: "somebody else deletes the group after the plan",
        seed: async (directory) => ({ group: await directory.addGroup() }),
        meanwhile: (directory, { group }) => directory.ask("DELETE", `/groups/${group}`),
        verdict: "unchanged",
        says: /after the plan, not by this row/,
      },
    ],
  },
  otherLives: {
    "of a Microsoft 365 group": {
      seed: async (directory) => {
        const group = await directory.addGroup({ groupTypes: ["Unified"], mailEnabled: true });
        await directory.addMember(group, (await directory.addUser()).id);
        return { group };
      },
      state: (directory, { group }) => directory.read(`/groups/${group}/members?$select=userType`),
      done: null,
      refusals: [],
    },
  },
} satisfies OperationRow;
