import type { GraphAnswer } from "../../../../shared/core/graph-request.ts";
import { ann, answer, team } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found, make } from "../../operation-row.ts";

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

const listed = (...groups: Readonly<Record<string, unknown>>[]): GraphAnswer =>
  answer(200, undefined, "", {
    value: groups.map((each) => ({ id: team, createdDateTime: since, ...values, ...each })),
  });

export default {
  written: {
    payload: { displayName: "Sälés Munich", description: null, owner: "ann@contoso.com" },
    found: { group: { state: "missing" }, named: { state: "missing" }, owner: found(ann) },
    keys: ["group-mailNickname:salesmunich", "group-displayName:sälés munich"],
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
      when: "the group of the unique name is synchronised",
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
} satisfies OperationRow;
