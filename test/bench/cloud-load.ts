import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

import type { CloudUnderTest } from "./cloud-process.ts";

/** A client of the local Graph that costs less than the server it measures: keep-alive, no SDK. */
export interface GraphLoad {
  send<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  close(): void;
}

interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Signs in with the secret of the ready file. @throws Error for any answer that is not 2xx */
export async function connectLoad(ready: CloudUnderTest["ready"]): Promise<GraphLoad> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(ready.caFile) });
  const exchange = ({ url, method, headers, body }: Sent): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          const status = response.statusCode ?? 0;
          if (status < 200 || status > 299) reject(new Error(`${status} ${text}`));
          else resolve(text === "" ? undefined : JSON.parse(text));
        });
      });
      sent.once("error", reject);
      sent.end(body);
    });
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: ready.clientId,
    client_secret: ready.clientSecret,
    scope: "https://graph.microsoft.com/.default",
  });
  const { access_token: token } = (await exchange({
    url: new URL(`${ready.login}/${ready.tenantId}/oauth2/v2.0/token`),
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  })) as { access_token: string };
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    Host: "graph.microsoft.com",
  };
  return {
    send: <Body>(method: string, path: string, body?: unknown) =>
      exchange({
        url: new URL(`${ready.graph}/v1.0${path}`),
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      }) as Promise<Body>,
    close: () => agent.destroy(),
  };
}

interface Answers {
  readonly responses: readonly { readonly status: number; readonly body?: { id: string } }[];
}

interface Part {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** What a run of batches came to. */
export interface BatchRun {
  readonly batches: number;
  readonly seconds: number;
  readonly perMinute: number;
  /** Batches in the slowest ten seconds (of a run of twenty or more), as a rate a minute. */
  readonly slowestPerMinute: number;
}

const inFlight = 8;
const windowMs = 10_000;

/**
 * Posts batches of 20 writes for so long: 12 changes of users, 4 memberships, 2 creations and 2
 * deletions of what was created before.
 * @throws Error when a part is refused
 */
export async function postBatches(
  load: GraphLoad,
  forMs: number,
  domain: string,
): Promise<BatchRun> {
  const ids = await peopleIn(load, 20_000);
  const groups = await Promise.all(
    Array.from({ length: 100 }, (_, index) => newGroup(load, index)),
  );
  const made: string[] = [];
  let turn = 0;
  let edge = 0;
  const person = (index: number): string => ids[index % ids.length] ?? "";
  const change = (): Part => ({
    method: "PATCH",
    url: `/users/${person((turn += 1))}`,
    body: { department: `Department ${turn % 40}` },
  });
  // Each person once in a group, then the next group: no edge twice.
  const membership = (): Part => ({
    method: "POST",
    url: `/groups/${groups[Math.floor(edge / ids.length) % groups.length]}/members/$ref`,
    body: { "@odata.id": `https://graph.microsoft.com/v1.0/users/${person((edge += 1) - 1)}` },
  });
  const creation = (): Part => ({
    method: "POST",
    url: "/users",
    body: newUser((turn += 1), domain),
  });
  const batch = async (): Promise<void> => {
    const doomed = made.splice(0, 2);
    const parts: Part[] = [
      ...Array.from({ length: 14 - doomed.length }, change),
      ...Array.from({ length: 4 }, membership),
      ...Array.from({ length: 2 }, creation),
      ...doomed.map((id): Part => ({ method: "DELETE", url: `/users/${id}` })),
    ];
    const { responses } = await load.send<Answers>("POST", "/$batch", {
      requests: parts.map((part, index) => ({
        id: String(index),
        ...part,
        ...(part.body !== undefined && { headers: { "Content-Type": "application/json" } }),
      })),
    });
    const refused = responses.find(({ status }) => status >= 300);
    if (refused) throw new Error(`A part was refused: ${JSON.stringify(refused)}`);
    made.push(
      ...responses.flatMap(({ status, body }) => (status === 201 && body ? [body.id] : [])),
    );
  };

  const began = performance.now();
  const windows: number[] = [];
  let batches = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - began < forMs) {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other on each connection
      await batch();
      batches += 1;
      const window = Math.floor((performance.now() - began) / windowMs);
      windows[window] = (windows[window] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - began) / 1000;
  const perMinute = (batches / seconds) * 60;
  const whole = windows.slice(0, Math.floor(forMs / windowMs));
  return {
    batches,
    seconds,
    perMinute,
    slowestPerMinute: whole.length < 2 ? perMinute : Math.min(...whole) * (60_000 / windowMs),
  };
}

async function peopleIn(load: GraphLoad, atMost: number): Promise<string[]> {
  const ids: string[] = [];
  let path: string | undefined = "/users?$select=id&$top=999";
  while (path !== undefined && ids.length < atMost) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const page: UserPage = await load.send<UserPage>("GET", path);
    ids.push(...page.value.map(({ id }) => id));
    path = page["@odata.nextLink"]?.replace(/^.*?\/v1\.0/, "");
  }
  return ids;
}

interface UserPage {
  readonly value: readonly { readonly id: string }[];
  readonly "@odata.nextLink"?: string;
}

/** Reads every user, page by page of 999. Resolves to how many there were. */
export async function readEverybody(load: GraphLoad): Promise<number> {
  return (await peopleIn(load, Number.POSITIVE_INFINITY)).length;
}

async function newGroup(load: GraphLoad, index: number): Promise<string> {
  const { id } = await load.send<{ id: string }>("POST", "/groups", {
    displayName: `Bench ${index}`,
    mailNickname: `bench-${index}`,
    mailEnabled: false,
    securityEnabled: true,
  });
  return id;
}

const newUser = (index: number, domain: string) => ({
  accountEnabled: true,
  displayName: `Bench ${index}`,
  mailNickname: `bench-${index}`,
  userPrincipalName: `bench-${index}@${domain}`,
  passwordProfile: { password: "Correct-Horse-Battery-1" },
});
