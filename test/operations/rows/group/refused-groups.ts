import type { LiveRefusal } from "../../live/live-row.ts";
import { newName } from "../../live/test-directory.ts";

/** Groups of which no row changes the members. */
export const groupsRefused: readonly LiveRefusal[] = [
  {
    when: "two groups have the name",
    seed: async (directory) => {
      const group = newName("twice");
      await directory.addGroup({ displayName: group });
      await directory.addGroup({ displayName: group });
      return { group, member: (await directory.addUser()).userPrincipalName };
    },
    says: /More than one object has the name in column group/,
  },
  {
    when: "the group is dynamic",
    seed: async (directory) => ({
      group: await directory.addGroup({ groupTypes: ["DynamicMembership"] }),
      member: (await directory.addUser()).userPrincipalName,
    }),
    says: /rule/,
  },
  {
    when: "the group is synchronized",
    seed: async (directory) => ({
      group: await directory.addGroup({ onPremisesSyncEnabled: true }),
      member: (await directory.addUser()).userPrincipalName,
    }),
    says: /on-premises/,
  },
  {
    when: "the group is a distribution list",
    seed: async (directory) => ({
      group: await directory.addGroup({ mailEnabled: true }),
      member: (await directory.addUser()).userPrincipalName,
    }),
    says: /distribution list/,
  },
];
