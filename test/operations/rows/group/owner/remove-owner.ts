import { ann, answer, team } from "../../../../catalogue/answers.ts";
import type { TestDirectory } from "../../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../../operation-row.ts";
import { closedGroups } from "../closed-groups.ts";
import { closedSeeds } from "../closed-groups.ts";

const ownerOf = async (directory: TestDirectory, group: string, values = {}) => {
  const owner = await directory.addUser(values);
  await directory.control("link", { relation: "owners", from: group, to: owner.id });
  return owner;
};

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
  live: {
    seed: async (directory) => {
      const group = await directory.addGroup();
      const owner = await ownerOf(directory, group);
      await ownerOf(directory, group, { userType: "Guest" });
      return { group, owner: owner.userPrincipalName };
    },
    state: async (directory, { group }) => {
      const owners = await directory.read(`/groups/${group}/owners?$select=userType`);
      const value = owners?.["value"];
      return Array.isArray(value) ? new Set(value.map((each) => JSON.stringify(each))) : value;
    },
    done: new Set(['{"userType":"Guest"}']),
    refusals: [
      ...closedSeeds.map(({ when, values, says }) => ({
        when,
        seed: async (directory: TestDirectory) => ({
          group: await directory.addGroup(values),
          owner: (await directory.addUser()).userPrincipalName,
        }),
        says,
      })),
      {
        when: "it is the last owner",
        seed: async (directory) => {
          const group = await directory.addGroup();
          return { group, owner: (await ownerOf(directory, group)).userPrincipalName };
        },
        says: /last owner who is a user/,
      },
      {
        when: "the user is no owner",
        seed: async (directory) => ({
          group: await directory.addGroup(),
          owner: (await directory.addUser()).userPrincipalName,
        }),
        verdict: "unchanged",
        says: /ownership was already/,
      },
      {
        when: "the group is deleted after the plan",
        seed: async (directory) => {
          const group = await directory.addGroup();
          const owner = await ownerOf(directory, group);
          await ownerOf(directory, group);
          return { group, owner: owner.userPrincipalName };
        },
        meanwhile: (directory, { group }) => directory.ask("DELETE", `/groups/${group}`),
        says: /does not exist/,
      },
    ],
  },
} satisfies OperationRow;
