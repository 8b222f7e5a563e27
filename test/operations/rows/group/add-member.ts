import { ann, answer, edge, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found, make } from "../../operation-row.ts";
import { groupsRefused } from "./refused-groups.ts";

const payload = { group: team, member: ann };
const listed = answer(200, undefined, "", { value: [{ id: ann }] });

export default {
  written: {
    payload: { group: "Team", member: ann },
    found: { group: found(team, { groupTypes: [], securityEnabled: true }) },
    keys: [`edge:${team}/${ann}`, `object:${ann}`],
    request: {
      method: "POST",
      url: `/groups/${team}/members/$ref`,
      body: { "@odata.id": `${make.graphRoot}/directoryObjects/${ann}` },
    },
    touched: { after: { membership: "present" } },
  },
  refused: [
    {
      when: "two groups have the name",
      payload,
      found: { group: { state: "ambiguous", count: 2 } },
      says: /More than one/,
    },
    {
      when: "the group is dynamic",
      payload,
      found: { group: found(team, { groupTypes: ["DynamicMembership"] }) },
      says: /rule/,
    },
    {
      when: "the group is mail-enabled",
      payload,
      found: { group: found(team, { mailEnabled: true, groupTypes: [] }) },
      says: /distribution list/,
    },
  ],
  looks: [
    {
      when: "the member is listed, absent before",
      answer: listed,
      write: { ...edge, was: "absent" },
      is: "done",
    },
    {
      when: "the member is listed, present before",
      answer: listed,
      write: { ...edge, was: "present" },
      is: "unchanged",
    },
    {
      when: "the member is not listed",
      answer: answer(200, undefined, "", { value: [] }),
      write: edge,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ group: team }),
      inverse: { operation: "group.remove-member", cells: { group: team, member: ann } },
    },
  ],
  live: {
    seed: async (directory) => {
      const group = await directory.addGroup();
      const member = await directory.addUser();
      return { group, member: member.userPrincipalName };
    },
    state: (directory, { group }) => directory.read(`/groups/${group}/members?$select=userType`),
    done: { value: [{ userType: "Member" }] },
    refusals: [
      ...groupsRefused,
      {
        when: "the group is role-assignable",
        seed: async (directory) => ({
          group: await directory.addGroup({ isAssignableToRole: true }),
          member: (await directory.addUser()).userPrincipalName,
        }),
        says: /role-assignable|directory role/,
      },
      {
        when: "the group is in a restricted administrative unit",
        seed: async (directory) => ({
          group: await directory.addGroup({ isManagementRestricted: true }),
          member: (await directory.addUser()).userPrincipalName,
        }),
        says: /restricted/,
      },
      {
        when: "the group is a Microsoft 365 group and the member is a group",
        seed: async (directory) => ({
          group: await directory.addGroup({ groupTypes: ["Unified"], mailEnabled: true }),
          member: await directory.addGroup(),
        }),
        says: /Invalid value specified for property 'members'/,
      },
      {
        when: "the group is deleted after the plan",
        seed: async (directory) => {
          const group = await directory.addGroup();
          const member = await directory.addUser();
          return { group, member: member.userPrincipalName };
        },
        meanwhile: (directory, { group }) => directory.ask("DELETE", `/groups/${group}`),
        says: /does not exist/,
      },
      {
        when: "the member is there already",
        seed: async (directory) => {
          const group = await directory.addGroup();
          const member = await directory.addUser();
          await directory.addMember(group, member.id);
          return { group, member: member.userPrincipalName };
        },
        verdict: "unchanged",
        says: /already|member/,
      },
    ],
  },
} satisfies OperationRow;
