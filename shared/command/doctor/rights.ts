import { randomUUID } from "node:crypto";

import { parseJson } from "../../core/parse-json.ts";
import { recordOf } from "../../core/record.ts";
import { type Account } from "../account/account.ts";
import { explain } from "../account/explain.ts";
import { CommandError } from "../terminal/command-error.ts";
import { figure } from "../terminal/figures.ts";
import { type Check, type Finding, ok, problem } from "./finding.ts";

/** Who the operator is, from the token that storage gets. Its signature is storage's affair. */
export const checkSignIn: Check = async ({ account }) => {
  const { credential, how } = account.signIn;
  const token = await credential.getToken("https://storage.azure.com/.default");
  const [, payload = ""] = token?.token.split(".") ?? [];
  const claims = recordOf(parseJson(Buffer.from(payload, "base64url").toString("utf8") || "{}"));
  const who = claims["upn"] ?? claims["unique_name"] ?? claims["appid"] ?? claims["oid"];
  return [
    ok(
      "sign-in",
      `${typeof who === "string" ? who : "an unnamed principal"} (${how}), account ${account.name}`,
    ),
  ];
};

/** Tries something, and says what it showed. */
async function tried(
  { name, signIn }: Account,
  check: string,
  attempt: () => Promise<string>,
): Promise<Finding> {
  try {
    return ok(check, await attempt());
  } catch (thrown) {
    const error = explain(thrown, name, signIn.how);
    return error instanceof CommandError
      ? problem(check, error.what, error.fix)
      : problem(check, error.message, "Report it.");
  }
}

/** Reads a page of each container. */
export const checkContainers: Check = ({ account }) =>
  Promise.all(
    (["batches", "runner", "inbox"] as const).map((container) =>
      tried(account, `read container ${container}`, async () => {
        for await (const _ of account.blobs[container].list("")) break;
        return "there, and you may read it";
      }),
    ),
  );

/** Writes a file where only a message would make a batch of it, and deletes it again. */
export const checkInbox: Check = async ({ account }) => [
  await tried(account, "write to container inbox", async () => {
    const path = `staged/doctor-${randomUUID()}.txt`;
    await account.blobs.inbox.write(path, "A doctor's trial. It may be deleted.\n");
    await account.blobs.inbox.delete(path);
    return "you may send files";
  }),
];

/** Sends messages that nobody receives. */
export const checkSending: Check = ({ account }) =>
  Promise.all(
    ["accept", "decisions"].map((queue) =>
      tried(account, `send to queue ${queue}`, async () => {
        await account.view(queue).trySend();
        return queue === "accept" ? "you may send work" : "you may decide";
      }),
    ),
  );

const WORKING = ["accept", "decisions", "run", "certificate-events"];

/** Looks at what waits, and at what was given up. */
export const checkQueues: Check = async ({ account, self }) => {
  const working = WORKING.map((queue) =>
    tried(account, `queue ${queue}`, async () => {
      await account.view(queue).peek();
      return `${figure(await account.view(queue).length())} waiting`;
    }),
  );
  const poison = WORKING.map(async (queue): Promise<readonly Finding[]> => {
    const check = `queue ${queue}-poison`;
    let messages = 0;
    const found = await tried(account, check, async () => {
      messages = await account.view(`${queue}-poison`).length();
      return "empty";
    });
    if (found.state !== "ok") return [found];
    return messages === 0
      ? []
      : [
          problem(
            check,
            `${figure(messages)} given up, and not settled yet`,
            `They are settled within minutes if the app runs; ${self} list --state refused shows what was lost.`,
          ),
        ];
  });
  const given = (await Promise.all(poison)).flat();
  return [
    ...(await Promise.all(working)),
    ...(given.length > 0 ? given : [ok("poison queues", "empty")]),
  ];
};
