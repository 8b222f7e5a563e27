import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";
import { addUnit, closedUnits, membersOf } from "./units.ts";

const target = { kind: "edge", type: "unit-member", holder: team, object: ann } as const;
const unlisted = answer(200, undefined, "", { value: [] });

export default {
  written: {
    payload: { unit: team, member: "ann@contoso.com" },
    found: { unit: found(team), member: found(ann) },
    keys: [`edge:unit-member:${team}/${ann}`, `object:${team}`, `object:${ann}`],
    request: {
      method: "DELETE",
      url: `/directory/administrativeUnits/${team}/members/${ann}/$ref`,
    },
    guarded: { "membership-removals": 1 },
    touched: { after: { unitMembership: "absent" } },
  },
  refused: closedUnits.map(({ when, unit, says }) => ({
    when,
    payload: { unit: team, member: ann },
    found: { unit },
    says,
  })),
  looks: [
    {
      when: "the member is not listed, present before",
      answer: unlisted,
      write: { target, keys: [], was: "present" },
      is: "done",
    },
    {
      when: "the member is not listed, nobody knows whether before",
      answer: unlisted,
      write: { target, keys: [] },
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ holder: team }),
      inverse: { operation: "unit.add-member", cells: { unit: team, member: ann } },
    },
  ],
  live: {
    seed: async (directory) => {
      const unit = await addUnit(directory);
      const { id, userPrincipalName } = await directory.addUser();
      await directory.addMember(unit, id);
      return { unit, member: userPrincipalName };
    },
    state: (directory, { unit }) => membersOf(directory, unit),
    done: { value: [] },
    refusals: [
      {
        when: "the unit restricts who manages its members",
        seed: async (directory) => ({
          unit: await addUnit(directory, { isMemberManagementRestricted: true }),
          member: (await directory.addUser()).id,
        }),
        says: /restricts who manages/,
      },
      {
        when: "the user is no member",
        seed: async (directory) => ({
          unit: await addUnit(directory),
          member: (await directory.addUser()).userPrincipalName,
        }),
        verdict: "unchanged",
        says: /was already/,
      },
      {
        when: "the unit is deleted after the plan",
        seed: async (directory) => {
          const unit = await addUnit(directory);
          const { id } = await directory.addUser();
          await directory.addMember(unit, id);
          return { unit, member: id };
        },
        meanwhile: (directory, { unit }) =>
          directory.ask("DELETE", `/directory/administrativeUnits/${unit}`),
        says: /does not exist/,
      },
    ],
  },
} satisfies OperationRow;
