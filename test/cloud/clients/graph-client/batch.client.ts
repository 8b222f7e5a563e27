import {
  BatchRequestContent,
  BatchResponseContent,
  type BatchRequestStep,
} from "@microsoft/microsoft-graph-client";

import { connect, input, refusalOf, report, type Body } from "./connect.ts";

/* `$batch` through the client's batch content: 20 in parallel, a chain, and invalid batches. */
const client = connect();
/** Without a version: the client keeps everything after the host, and a part's URL must not have one. */
const graph = "https://graph.microsoft.com";

async function send(steps: readonly BatchRequestStep[]): Promise<BatchResponseContent> {
  const content = await new BatchRequestContent([...steps]).getContent();
  const answer: unknown = await client.api("/$batch").post(content);
  return new BatchResponseContent(answer as never);
}

const json = (path: string, method: string, body: object): Request =>
  new Request(`${graph}${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const names = Array.from({ length: 20 }, (_, index) => `batch-${index}`);
const created = await send(
  names.map((name, index) => ({
    id: String(index),
    request: json("/users", "POST", {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName: `${name}@${input.domain}`,
      passwordProfile: { password: "Correct-Horse-Battery-1" },
    }),
  })),
);
const people = await Promise.all(
  names.map(async (_, index) => (await created.getResponseById(String(index)).json()) as Body),
);

const [first, second] = people;
const chain = await send([
  {
    id: "rename",
    request: json(`/users/${first?.id}`, "PATCH", { displayName: "Renamed" }),
  },
  { id: "read", request: new Request(`${graph}/users/${first?.id}`), dependsOn: ["rename"] },
  { id: "missing", request: new Request(`${graph}/users/nobody@x.test`), dependsOn: ["read"] },
  {
    id: "delete",
    request: new Request(`${graph}/users/${second?.id}`, { method: "DELETE" }),
    dependsOn: ["missing"],
  },
]);
const chained = await Promise.all(
  ["rename", "read", "missing", "delete"].map(async (id) => {
    const response = chain.getResponseById(id);
    const text = response.status === 204 ? "" : await response.text();
    const body = text === "" ? undefined : (JSON.parse(text) as Body & { error?: Body });
    return [id, response.status, body?.displayName ?? body?.error?.["code"]];
  }),
);

const counting = {
  id: "1",
  method: "GET",
  url: "/users/$count",
  headers: { ConsistencyLevel: "eventual" },
};
const count = (await client.api("/$batch").post({ requests: [counting] })) as {
  responses: Body[];
};
const tooMany = Array.from({ length: 21 }, (_, index) => ({
  id: String(index),
  method: "GET",
  url: "/organization",
}));

report({
  created: names.map((_, index) => created.getResponseById(String(index)).status),
  names: people.map(({ displayName }) => displayName),
  chained,
  stillThere: ((await client.api(`/users/${second?.id}`).get()) as Body).displayName,
  count: [count.responses[0]?.["status"], typeof count.responses[0]?.["body"]],
  tooMany: await refusalOf(client.api("/$batch").post({ requests: tooMany })),
  twins: await refusalOf(
    client.api("/$batch").post({ requests: [counting, { ...counting, id: "1" }] }),
  ),
});
