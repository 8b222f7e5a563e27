import { ann, answer, edge, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";
import { groupsRefused } from "./refused-groups.ts";

const unlisted = answer(200, undefined, "", { value: [] });

export default {
  written: {
    payload: { group: team, member: "ann@contoso.com" },
    found: { group: found(team), member: found(ann) },
    keys: [`edge:${team}/${ann}`, `object:${ann}`],
    request: { method: "DELETE", url: `/groups/${team}/members/${ann}/$ref` },
    guarded: { "membership-removals": 1 },
    touched: { after: { membership: "absent" } },
  },
  refused: [
    {
      when: "the group is synchronized",
      payload: { group: team, member: ann },
      found: { group: found(team, { onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
  ],
  looks: [
    {
      when: "the member is not listed, present before",
      answer: unlisted,
      write: { ...edge, was: "present" },
      is: "done",
    },
    {
      when: "the list is cut short before the member, present before",
      answer: answer(200, undefined, "", {
        value: [],
        "@odata.nextLink": "https://graph.example/v1.0/groups/x/members?$skiptoken=2",
      }),
      write: { ...edge, was: "present" },
      is: "send again",
    },
    {
      when: "a member that lists leave out",
      answer: unlisted,
      write: edge,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ group: team }),
      inverse: { operation: "group.add-member", cells: { group: team, member: ann } },
    },
  ],
  live: {
    seed: async (directory) => {
      const group = await directory.addGroup();
      const member = await directory.addUser();
      await directory.addMember(group, member.id);
      return { group, member: member.userPrincipalName };
    },
    state: (directory, { group }) => directory.read(`/groups/${group}/members?$select=userType`),
    done: { value: [] },
    refusals: [
      ...groupsRefused,
      {
        when: "the group is deleted after the plan",
        seed: async (directory) => {
          const group = await directory.addGroup();
          const member = await directory.addUser();
          await directory.addMember(group, member.id);
          return { group, member: member.userPrincipalName };
        },
        meanwhile: (directory, { group }) => directory.ask("DELETE", `/groups/${group}`),
        says: /does not exist/,
      },
      {
        when: "the member is not there",
        seed: async (directory) => ({
          group: await directory.addGroup(),
          member: (await directory.addUser()).userPrincipalName,
        }),
        verdict: "unchanged",
        says: /not a member|absent|member/,
      },
    ],
  },
} satisfies OperationRow;
