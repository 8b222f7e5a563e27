import { ann, answer, team } from "../../../../catalogue/answers.ts";
import type { TestDirectory } from "../../../live/test-directory.ts";
import { type OperationRow, done, found, make } from "../../../operation-row.ts";
import { closedGroups } from "../closed-groups.ts";
import { closedSeeds } from "../closed-groups.ts";

const addOwner = (directory: TestDirectory, group: string, owner: string) =>
  directory.control("link", { relation: "owners", from: group, to: owner });

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
  live: {
    seed: async (directory) => {
      const group = await directory.addGroup();
      // The last owner could not be removed by the undo.
      await addOwner(directory, group, (await directory.addUser({ userType: "Guest" })).id);
      return { group, owner: (await directory.addUser()).userPrincipalName };
    },
    state: (directory, { group }) => directory.read(`/groups/${group}/owners?$select=userType`),
    done: { value: [{ userType: "Guest" }, { userType: "Member" }] },
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
        when: "no user has the name",
        seed: async (directory) => ({
          group: await directory.addGroup(),
          owner: `nobody@${directory.domain}`,
        }),
        says: /No object.*column owner/,
      },
      {
        when: "the owner is a group",
        seed: async (directory) => ({
          group: await directory.addGroup(),
          owner: await directory.addGroup(),
        }),
        says: /of type 'Group' is invalid for the 'owners' reference/,
      },
      {
        when: "the group has a hundred owners",
        seed: async (directory) => {
          const group = await directory.addGroup();
          for (let at = 0; at < 100; at++) {
            await addOwner(directory, group, (await directory.addUser()).id);
          }
          return { group, owner: (await directory.addUser()).userPrincipalName };
        },
        says: /quota of the directory or of the object/,
      },
      {
        when: "the user is an owner already",
        seed: async (directory) => {
          const group = await directory.addGroup();
          const owner = await directory.addUser();
          await addOwner(directory, group, owner.id);
          return { group, owner: owner.userPrincipalName };
        },
        verdict: "unchanged",
        says: /ownership was already/,
      },
    ],
  },
} satisfies OperationRow;
