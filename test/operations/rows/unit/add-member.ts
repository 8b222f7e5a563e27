import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, make } from "../../operation-row.ts";
import { addUnit, closedUnits, membersOf } from "./units.ts";

const target = { kind: "edge", type: "unit-member", holder: team, object: ann } as const;
const listed = answer(200, undefined, "", { value: [{ id: ann }] });

export default {
  written: {
    payload: { unit: "Munich", member: ann },
    found: { unit: { state: "found", id: team, object: {} } },
    keys: [`edge:unit-member:${team}/${ann}`, `object:${team}`, `object:${ann}`],
    request: {
      method: "POST",
      url: `/directory/administrativeUnits/${team}/members/$ref`,
      body: { "@odata.id": `${make.graphRoot}/directoryObjects/${ann}` },
    },
    touched: { after: { unitMembership: "present" } },
  },
  refused: closedUnits.map(({ when, unit, says }) => ({
    when,
    payload: { unit: team, member: ann },
    found: { unit },
    says,
  })),
  looks: [
    {
      when: "the member is listed, absent before",
      answer: listed,
      write: { target, keys: [], was: "absent" },
      is: "done",
    },
    {
      when: "the member is listed, present before",
      answer: listed,
      write: { target, keys: [], was: "present" },
      is: "unchanged",
    },
    {
      when: "the member is not listed",
      answer: answer(200, undefined, "", { value: [] }),
      write: { target, keys: [] },
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ holder: team }),
      inverse: { operation: "unit.remove-member", cells: { unit: team, member: ann } },
    },
  ],
  live: {
    seed: async (directory) => ({
      unit: await addUnit(directory),
      member: (await directory.addUser()).userPrincipalName,
    }),
    state: (directory, { unit }) => membersOf(directory, unit),
    done: { value: [{ userType: "Member" }] },
    refusals: [
      {
        when: "the unit is dynamic",
        seed: async (directory) => ({
          unit: await addUnit(directory, { membershipType: "Dynamic" }),
          member: (await directory.addUser()).id,
        }),
        says: /follow a rule/,
      },
      {
        when: "the unit becomes dynamic after the plan",
        seed: async (directory) => ({
          unit: await addUnit(directory),
          member: (await directory.addUser()).id,
        }),
        meanwhile: (directory, { unit = "" }) =>
          directory.control("update", { id: unit, values: { membershipType: "Dynamic" } }),
        says: /does not let this application/,
      },
      {
        when: "two units have the name",
        seed: async (directory) => {
          const displayName = (await directory.addUser()).userPrincipalName;
          await addUnit(directory, { displayName });
          await addUnit(directory, { displayName });
          return { unit: displayName, member: displayName };
        },
        says: /More than one/,
      },
      {
        when: "no object has the member's id",
        seed: async (directory) => ({ unit: await addUnit(directory), member: ann }),
        says: /column member|does not exist/,
      },
      {
        when: "the member is there already",
        seed: async (directory) => {
          const unit = await addUnit(directory);
          const { id } = await directory.addUser();
          await directory.addMember(unit, id);
          return { unit, member: id };
        },
        verdict: "unchanged",
        says: /was already/,
      },
    ],
  },
} satisfies OperationRow;
