import type { GraphAnswer } from "../../../../shared/core/graph-request.ts";
import { ann, answer, team } from "../../../catalogue/answers.ts";
import type { Cells } from "../../live/live-row.ts";
import { type TestDirectory, newName } from "../../live/test-directory.ts";
import { type OperationRow, done, found, make } from "../../operation-row.ts";
import { closedSeeds } from "./closed-groups.ts";

const values = {
  displayName: "Sälés Munich",
  mailNickname: "SalesMunich",
  groupTypes: [],
  mailEnabled: false,
  securityEnabled: true,
};
const write = { target: { kind: "new", type: "group" }, set: values, keys: [] } as const;
const unique = { ...write, set: { ...values, uniqueName: "sales" } };
const since = "2026-11-21T00:00:03Z";

/** The groups of the row's display name. */
const state = async (directory: TestDirectory, { displayName }: Cells): Promise<unknown> => {
  const select = "description,mailEnabled,securityEnabled";
  const url = `/groups?$filter=displayName eq '${displayName}'&$select=${select}`;
  return (await directory.read(url))?.["value"];
};

const listed = (...groups: Readonly<Record<string, unknown>>[]): GraphAnswer =>
  answer(200, undefined, "", {
    value: groups.map((each) => ({ id: team, createdDateTime: since, ...values, ...each })),
  });

export default {
  written: {
    payload: { displayName: "Sälés Munich", description: null, owner: "ann@contoso.com" },
    found: { group: { state: "missing" }, named: { state: "missing" }, owner: found(ann) },
    keys: ["named:group/mailNickname:salesmunich", "named:group/displayName:sales munich"],
    request: {
      method: "POST",
      url: "/groups",
      body: { ...values, "owners@odata.bind": [`${make.graphRoot}/users/${ann}`] },
    },
    touched: { before: {}, after: { ...values, owners: [ann] } },
  },
  unchanged: {
    payload: { displayName: "Sälés Munich", uniqueName: "sales" },
    found: { group: found(ann, { ...values, uniqueName: "Sales", description: "x" }) },
  },
  refused: [
    {
      when: "a group has the nickname, with other values",
      payload: { displayName: "Sales" },
      found: { group: found(team, { displayName: "SALES" }), named: { state: "missing" } },
      says: /mailNickname exists, with other values/,
    },
    {
      when: "a group has the display name, which alone would tell them apart",
      payload: { displayName: "Sales" },
      found: { group: { state: "missing" }, named: found(team) },
      says: /displayName exists/,
    },
    {
      when: "the group of the unique name is of another kind",
      payload: { displayName: "Sales", uniqueName: "sales", groupTypes: ["Unified"] },
      found: { group: found(team, values) },
      says: /of another kind/,
    },
    {
      when: "the group of the unique name is synchronized",
      payload: { displayName: "Sales", uniqueName: "sales" },
      found: { group: found(team, { ...values, onPremisesSyncEnabled: true }) },
      says: /on-premises/,
    },
    {
      when: "no nickname can be made",
      payload: { displayName: "営業" },
      found: {},
      says: /No mailNickname can be made/,
    },
    {
      when: "the owner does not exist",
      payload: { displayName: "Sales", owner: "ann@contoso.com" },
      found: {
        group: { state: "missing" },
        named: { state: "missing" },
        owner: { state: "missing" },
      },
      says: /No object.*column owner/,
    },
    {
      when: "an earlier row creates the owner",
      payload: { displayName: "Sales", owner: "new@contoso.com" },
      found: {
        group: { state: "missing" },
        named: { state: "missing" },
        owner: { state: "coming", row: 7 },
      },
      says: /^Row 7 creates what column owner names/,
    },
    {
      when: "an earlier row creates a group of the display name",
      payload: { displayName: "Sales" },
      found: { group: { state: "missing" }, named: { state: "coming", row: 7 } },
      says: /^Row 7 creates a group of this displayName/,
    },
  ],
  looks: [
    { when: "a group created since, with the row's values", answer: listed({}), write, is: "done" },
    {
      when: "a group created long before",
      answer: listed({ createdDateTime: "2020-01-01T00:00:00Z" }),
      write,
      is: "failed",
    },
    {
      when: "a group created since, with other values",
      answer: listed({ displayName: "Other" }),
      write,
      is: "failed",
    },
    {
      when: "two groups created since with the row's values",
      answer: listed({}, { id: ann }),
      write,
      is: "failed",
    },
    {
      when: "a list cut short",
      answer: answer(200, undefined, "", {
        value: [],
        "@odata.nextLink": "https://graph.example/v1.0/groups?$skiptoken=2",
      }),
      write,
      is: "failed",
    },
    { when: "no group of the nickname", answer: listed(), write, is: "send again" },
    {
      when: "a group of the unique name created since",
      answer: answer(200, undefined, "", {
        id: team,
        createdDateTime: since,
        ...values,
        uniqueName: "sales",
      }),
      write: unique,
      is: "done",
    },
    { when: "no group of the unique name", answer: answer(404), write: unique, is: "send again" },
  ],
  undone: [
    {
      done: done({ object: team, set: { ...values, owners: [ann] }, before: {} }),
      inverse: { operation: "group.delete", cells: { group: team }, onlyIf: values },
    },
    {
      done: done({
        object: team,
        set: { displayName: "Sales", description: "new" },
        before: { displayName: "Sales", description: "old" },
      }),
      inverse: {
        operation: "group.update",
        cells: { group: team, description: "old" },
        onlyIf: { description: "new" },
      },
    },
  ],
  notUndone: [
    {
      when: "the group was there, and its values before are gone",
      done: done({ object: team, set: { displayName: "Sales", description: "new" } }),
      says: /not kept/,
    },
  ],
  live: {
    seed: async (directory) => ({
      displayName: newName("Team"),
      description: "Everybody who sells",
      owner: (await directory.addUser()).userPrincipalName,
    }),
    state,
    done: [{ description: "Everybody who sells", mailEnabled: false, securityEnabled: true }],
    mayBeMadeTwice: true,
    refusals: [
      {
        when: "it should hold directory roles",
        seed: async () => ({ displayName: newName("Admins"), isAssignableToRole: "true" }),
        says: /no group that can hold directory roles/,
      },
      {
        when: "it should have a membership rule",
        seed: async () => ({ displayName: newName("Rule"), groupTypes: "DynamicMembership" }),
        says: /membership rule is made by people/,
      },
      {
        when: "a group has the display name",
        seed: async (directory) => {
          const displayName = newName("Team");
          await directory.addGroup({ displayName });
          return { displayName };
        },
        says: /displayName exists/,
      },
      {
        when: "a group has the nickname, with other values",
        seed: async (directory) => {
          const mailNickname = newName("nick");
          await directory.addGroup({ mailNickname });
          return { displayName: newName("Team"), mailNickname };
        },
        says: /mailNickname exists, with other values/,
      },
      {
        when: "a Microsoft 365 group takes the nickname after the plan",
        seed: async () => ({
          displayName: newName("Team"),
          mailNickname: newName("nick"),
          groupTypes: "Unified",
        }),
        meanwhile: (directory, { mailNickname }) =>
          directory.addGroup({ groupTypes: ["Unified"], mailEnabled: true, mailNickname }),
        says: /Another object has this mailNickname: group-/,
      },
      {
        when: "somebody else creates a group of the unique name after the plan",
        seed: async () => ({ displayName: newName("Team"), uniqueName: newName("unique") }),
        meanwhile: (directory, { uniqueName }) => directory.addGroup({ uniqueName }),
        says: /created after the plan, not by this row/,
      },
      {
        when: "the group of the unique name is of another kind",
        seed: async (directory) => {
          const uniqueName = newName("unique");
          await directory.addGroup({ uniqueName });
          return { displayName: newName("Team"), uniqueName, groupTypes: "Unified" };
        },
        says: /of another kind/,
      },
      ...closedSeeds.map(({ when, values: others, says }) => ({
        when: `of the unique name, ${when}`,
        seed: async (directory: TestDirectory) => {
          const uniqueName = newName("unique");
          await directory.addGroup({ uniqueName, ...others });
          return { displayName: newName("Team"), uniqueName };
        },
        says: others.mailEnabled ? /of another kind/ : says,
      })),
      {
        when: "no user has the owner's name",
        seed: async ({ domain }) => ({
          displayName: newName("Team"),
          owner: `nobody@${domain}`,
        }),
        says: /No object.*column owner/,
      },
      {
        when: "the owner is deleted after the plan",
        seed: async (directory) => ({
          displayName: newName("Team"),
          owner: (await directory.addUser()).userPrincipalName,
        }),
        meanwhile: (directory, { owner }) => directory.ask("DELETE", `/users/${owner}`),
        says: /owner does not exist any more/,
      },
    ],
  },
  otherLives: {
    "of a Microsoft 365 group": {
      seed: async () => ({ displayName: newName("Team"), groupTypes: "Unified" }),
      state,
      done: [{ description: null, mailEnabled: true, securityEnabled: false }],
      refusals: [],
    },
    "by a unique name": {
      seed: async () => ({ displayName: newName("Team"), uniqueName: newName("unique") }),
      state,
      done: [{ description: null, mailEnabled: false, securityEnabled: true }],
      refusals: [],
    },
    "by a unique name that a group has": {
      seed: async (directory) => {
        const [displayName, uniqueName] = [newName("Team"), newName("unique")];
        const mailNickname = displayName;
        await directory.addGroup({ displayName, uniqueName, mailNickname, description: "Old" });
        return { displayName, uniqueName, description: "New" };
      },
      state,
      done: [{ description: "New", mailEnabled: false, securityEnabled: true }],
      undoneBy: "group.update",
      refusals: [],
    },
  },
} satisfies OperationRow;
