import { ann, answer, bob } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found, make } from "../../operation-row.ts";

const target = { kind: "edge", type: "sponsor", holder: ann, object: bob } as const;
const listed = answer(200, undefined, "", { value: [{ id: bob }] });
const unlisted = answer(200, undefined, "", { value: [] });

export default {
  written: {
    payload: { user: ann, sponsor: "bob@contoso.com" },
    found: { user: found(ann), sponsor: found(bob) },
    keys: [`edge:sponsor:${ann}/${bob}`, `object:${ann}`, `object:${bob}`],
    request: {
      method: "POST",
      url: `/users/${ann}/sponsors/$ref`,
      body: { "@odata.id": `${make.graphRoot}/directoryObjects/${bob}` },
    },
    touched: { after: { sponsorship: "present" } },
  },
  refused: [
    {
      when: "the sponsor does not exist",
      payload: { user: ann, sponsor: "bob@contoso.com" },
      found: { user: found(ann), sponsor: { state: "missing" } },
      says: /No object.*column sponsor/,
    },
    {
      when: "the guest is to be its own sponsor",
      payload: { user: ann, sponsor: ann },
      found: { user: found(ann) },
      says: /their own sponsor/,
    },
  ],
  looks: [
    { when: "the sponsor is listed", answer: listed, write: { target, keys: [] }, is: "done" },
    {
      when: "the sponsor is not listed",
      answer: unlisted,
      write: { target, keys: [] },
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ holder: ann, object: bob }),
      inverse: { operation: "guest.remove-sponsor", cells: { user: ann, sponsor: bob } },
    },
  ],
  live: {
    seed: async (directory) => ({
      user: (await directory.addUser({ userType: "Guest" })).id,
      sponsor: (await directory.addUser({ jobTitle: "Lead" })).userPrincipalName,
    }),
    state: (directory, { user }) => directory.read(`/users/${user}/sponsors?$select=jobTitle`),
    done: { value: [{ jobTitle: "Lead" }] },
    refusals: [
      {
        when: "the user is a sponsor already",
        seed: async (directory) => {
          const [user, sponsor] = [await directory.addUser(), await directory.addUser()];
          const edge = { relation: "sponsors", from: user.id, to: sponsor.id } as const;
          await directory.control("link", edge);
          return { user: user.id, sponsor: sponsor.id };
        },
        verdict: "unchanged",
        says: /sponsorship was already/,
      },
      {
        when: "the sponsor is a device",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          sponsor: await directory.addDevice(),
        }),
        says: /Invalid value specified for property 'sponsors'/,
      },
      {
        when: "the guest is deleted after the plan",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          sponsor: (await directory.addUser()).id,
        }),
        meanwhile: (directory, { user }) => directory.ask("DELETE", `/users/${user}`),
        says: /does not exist/,
      },
    ],
  },
} satisfies OperationRow;
