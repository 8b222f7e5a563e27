import { ann, answer, bob } from "../../../catalogue/answers.ts";
import { type OperationRow, done, found } from "../../operation-row.ts";

const target = { kind: "edge", type: "sponsor", holder: ann, object: bob } as const;

export default {
  written: {
    payload: { user: ann, sponsor: bob },
    found: { user: found(ann) },
    keys: [`edge:sponsor:${ann}/${bob}`, `object:${ann}`, `object:${bob}`],
    request: { method: "DELETE", url: `/users/${ann}/sponsors/${bob}/$ref` },
    touched: { after: { sponsorship: "absent" } },
  },
  refused: [
    {
      when: "no user has the name",
      payload: { user: "gwen@contoso.com", sponsor: bob },
      found: { user: { state: "missing" } },
      says: /No object.*column user/,
    },
  ],
  looks: [
    {
      when: "the sponsor is not listed",
      answer: answer(200, undefined, "", { value: [] }),
      write: { target, keys: [] },
      is: "done",
    },
    {
      when: "the sponsor is listed",
      answer: answer(200, undefined, "", { value: [{ id: bob }] }),
      write: { target, keys: [] },
      is: "send again",
    },
  ],
  undone: [
    {
      done: done({ holder: ann, object: bob }),
      inverse: { operation: "guest.add-sponsor", cells: { user: ann, sponsor: bob } },
    },
  ],
  live: {
    seed: async (directory) => {
      const user = await directory.addUser({ userType: "Guest" });
      const sponsor = await directory.addUser({ jobTitle: "Lead" });
      await directory.control("link", { relation: "sponsors", from: user.id, to: sponsor.id });
      return { user: user.id, sponsor: sponsor.userPrincipalName };
    },
    state: (directory, { user }) => directory.read(`/users/${user}/sponsors?$select=jobTitle`),
    done: { value: [] },
    refusals: [
      {
        when: "the user is no sponsor",
        seed: async (directory) => ({
          user: (await directory.addUser()).id,
          sponsor: (await directory.addUser()).id,
        }),
        verdict: "unchanged",
        says: /sponsorship was already/,
      },
    ],
  },
} satisfies OperationRow;
