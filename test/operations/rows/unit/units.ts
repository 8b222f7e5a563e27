import { team } from "../../../catalogue/answers.ts";
import { type TestDirectory, newName } from "../../live/test-directory.ts";
import { found } from "../../operation-row.ts";

/** Units whose members no row changes. */
export const closedUnits = [
  {
    when: "the unit is dynamic",
    unit: found(team, { membershipType: "Dynamic" }),
    says: /follow a rule/,
  },
  {
    when: "the unit restricts who manages its members",
    unit: found(team, { isMemberManagementRestricted: true }),
    says: /restricts who manages/,
  },
];

/** A new administrative unit; its id. */
export const addUnit = async (directory: TestDirectory, values = {}): Promise<string> => {
  const all = { displayName: newName("unit"), ...values };
  return (await directory.control("create", { kind: "administrativeUnit", values: all })).id;
};

/** The members of the unit, as it shows them. */
export const membersOf = (directory: TestDirectory, unit = "") =>
  directory.read(`/directory/administrativeUnits/${unit}/members?$select=userType`);
