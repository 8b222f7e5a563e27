import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type TestDirectory, newName } from "../../live/test-directory.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const write = { target: { kind: "object", type: "group", object: team }, keys: [] } as const;

const deletedGroup = async (directory: TestDirectory, values = {}) => {
  const group = await directory.addGroup(values);
  await directory.ask("DELETE", `/groups/${group}`);
  return { group };
};

export default {
  written: {
    payload: { group: team },
    found: {
      group: { state: "missing" },
      deleted: found(team, { displayName: "Team", mailNickname: "Team-1", uniqueName: null }),
    },
    keys: [`object:${team}`, "named:group/mailNickname:team-1", "named:group/displayName:team"],
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
  live: {
    seed: (directory) => deletedGroup(directory),
    state: (directory, { group }) => directory.read(`/groups/${group}?$select=securityEnabled`),
    done: { securityEnabled: true },
    refusals: [
      {
        when: "no deleted group has the id",
        seed: async () => ({ group: team }),
        says: /No deleted group has this id/,
      },
      {
        when: "the group is restored after the plan",
        seed: (directory) => deletedGroup(directory),
        meanwhile: (directory, { group }) =>
          directory.ask("POST", `/directory/deletedItems/${group}/restore`, {}),
        says: /not among the deleted ones any more/,
      },
      {
        when: "another Microsoft 365 group has the nickname by now",
        seed: async (directory) => {
          const unified = {
            groupTypes: ["Unified"],
            mailEnabled: true,
            mailNickname: newName("nick"),
          };
          const cells = await deletedGroup(directory, unified);
          await directory.addGroup(unified);
          return cells;
        },
        says: /Another object has one of the group's names/,
      },
      {
        when: "it is not deleted",
        seed: async (directory) => ({ group: await directory.addGroup() }),
        verdict: "unchanged",
        says: /not deleted/,
      },
    ],
  },
} satisfies OperationRow;
