import { ann, answer, edge, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found, make } from "../../operation-row.ts";

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
} satisfies OperationRow;
