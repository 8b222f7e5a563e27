import { toObjectId } from "../../../../../shared/core/object-id.ts";
import { ann, answer } from "../../../../catalogue/answers.ts";
import { type OperationRow, done, found, make } from "../../../operation-row.ts";

const boss = toObjectId("0b0e5c0e-2222-4222-a333-444455556666");
const old = toObjectId("0b0e5c0e-3333-4222-a333-444455556666");
const set = { manager: { id: boss } };
const payload = { user: ann, manager: boss };
const write = { target: { kind: "user", user: ann }, set, keys: [] } as const;
const person = (id: string) => ({
  manager: { "@odata.type": "#microsoft.graph.user", id },
});

export default {
  written: {
    payload,
    found: { user: found(ann, person(old)), manager: found(boss) },
    keys: [`object:${ann}`],
    request: {
      method: "PUT",
      url: `/users/${ann}/manager/$ref`,
      body: { "@odata.id": `${make.graphRoot}/users/${boss}` },
    },
    touched: { before: { manager: { id: old } }, after: set },
  },
  unchanged: { payload, found: { user: found(ann, person(boss)), manager: found(boss) } },
  refused: [
    {
      when: "the user does not exist",
      payload,
      found: { user: { state: "missing" }, manager: found(boss) },
      says: /No object.*column user/,
    },
    {
      when: "the manager does not exist",
      payload,
      found: { user: found(ann), manager: { state: "missing" } },
      says: /No object.*column manager/,
    },
    {
      when: "the manager is the user",
      payload: { user: ann, manager: ann },
      found: { user: found(ann), manager: found(ann) },
      says: /own manager/,
    },
    {
      when: "an earlier row creates the user, who is to be the manager too",
      payload,
      found: { user: { state: "coming", row: 3 }, manager: { state: "coming", row: 3 } },
      says: /own manager/,
    },
  ],
  looks: [
    {
      when: "the user has the manager",
      answer: answer(200, undefined, "", { id: ann, ...person(boss) }),
      write,
      is: "done",
    },
    {
      when: "the user has another manager",
      answer: answer(200, undefined, "", { id: ann, ...person(old) }),
      write,
      is: "send again",
    },
    {
      when: "the user has the manager whom an earlier row created",
      answer: answer(200, undefined, "", { id: ann, ...person(boss) }),
      write: { target: { kind: "edge", type: "manager", holder: ann, object: boss }, keys: [] },
      is: "done",
    },
    {
      when: "the user has no manager",
      answer: answer(200, undefined, "", { id: ann }),
      write,
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ set, before: { manager: { id: old } } }),
      inverse: {
        operation: "user.set-manager",
        cells: { user: ann, manager: old },
        onlyIf: set,
      },
    },
    {
      done: done({ set, before: { manager: null } }),
      inverse: { operation: "user.remove-manager", cells: { user: ann }, onlyIf: set },
    },
    {
      done: done({ object: boss, holder: ann, before: { manager: { id: old } } }),
      inverse: {
        operation: "user.set-manager",
        cells: { user: ann, manager: old },
        onlyIf: set,
      },
    },
  ],
  notUndone: [
    { when: "the manager before is not known", done: done({ set }), says: /not kept/ },
    {
      when: "the user had the manager before",
      done: done({ set, before: set }),
      says: /changed no value/,
    },
  ],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser()).id,
      manager: (await directory.addUser()).id,
    }),
    state: async (directory, { user, manager }) => {
      const shown = await directory.read(`/users/${user}/manager?$select=id`);
      return { isSet: shown?.["id"] === manager };
    },
    done: { isSet: true },
    refusals: [
      {
        when: "no user has the manager's name",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          manager: "nobody@contoso.com",
        }),
        says: /column manager/,
      },
      {
        when: "the manager is the user",
        seed: async (directory) => {
          const { id, userPrincipalName } = await directory.addUser();
          return { user: id, manager: userPrincipalName };
        },
        says: /own manager/,
      },
      {
        when: "the manager is deleted after the plan",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          manager: (await directory.addUser()).id,
        }),
        meanwhile: (directory, { manager }) => directory.ask("DELETE", `/users/${manager}`),
        says: /does not exist|does not see/,
      },
    ],
  },
  otherLives: {
    "over another manager": {
      seed: async (directory) => {
        const { id: user } = await directory.addUser();
        const { id: former } = await directory.addUser({ displayName: "Former" });
        await directory.control("link", { relation: "manager", from: user, to: former });
        return { user, manager: (await directory.addUser({ displayName: "Next" })).id };
      },
      state: (directory, { user }) => directory.read(`/users/${user}/manager?$select=displayName`),
      done: { displayName: "Next" },
      undoneBy: "user.set-manager",
      refusals: [],
    },
  },
} satisfies OperationRow;
